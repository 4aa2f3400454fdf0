using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu;

/// <summary>Hints to the caches; they change the speed only, and may name memory that is not there.</summary>
internal static unsafe class CacheHints
{
    private const int ElementsPerLine = 16;

    /// <summary>Asks for <paramref name="count"/> numbers to be brought into the second cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* start, int count)
    {
        if (Sse.IsSupported)
        {
            for (int index = 0; index < count; index += ElementsPerLine)
            {
                Sse.Prefetch1(start + index);
            }
        }
    }
}
