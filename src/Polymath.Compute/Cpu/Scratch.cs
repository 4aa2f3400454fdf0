using System.Runtime.InteropServices;

namespace Polymath.Compute.Cpu;

/// <summary>Native memory of the kernels between two of their passes; grows to the largest need seen.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private float* _data;

    /// <summary>The bytes held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Room for so many numbers, their values arbitrary; what was taken before is gone.</summary>
    public float* Take(long count)
    {
        long bytes = checked(count * sizeof(float));
        if (bytes > Bytes)
        {
            Dispose();
            _data = (float*)HugePages.Allocate((nuint)bytes);
            Bytes = bytes;
        }

        return _data;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
        Bytes = 0;
    }
}
