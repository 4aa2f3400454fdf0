using System.Runtime.InteropServices;

namespace Polymath.Compute;

/// <summary>
/// All memory of a run, decided before the first step: components reserve what they need with a purpose, the plan is
/// shown, then committed in one allocation. Nothing is allocated afterwards, and disposing frees all of it at once.
/// </summary>
public sealed unsafe class MemoryPlan : IDisposable
{
    /// <summary>Every reservation starts on a cache line, which is also the widest vector.</summary>
    public const int AlignmentBytes = 64;

    private readonly List<PlannedBuffer> _buffers = [];
    private byte* _arena;
    private bool _disposed;

    /// <summary>The bytes reserved so far, alignment included.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>True once the memory exists.</summary>
    public bool IsCommitted => _arena is not null;

    /// <summary>Reserves room for elements; the memory exists after <see cref="Commit"/>.</summary>
    /// <param name="purpose">What it is for, in a word or two: the plan is summed by purpose.</param>
    /// <param name="elementCount">The number of elements.</param>
    /// <param name="type">The type of an element.</param>
    public PlannedBuffer Reserve(string purpose, long elementCount, DataType type = DataType.Float32)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(elementCount);
        if (IsCommitted)
        {
            throw new InvalidOperationException("the plan is committed; reserve before that");
        }

        long bytes = checked(elementCount * type.SizeInBytes());
        var buffer = new PlannedBuffer(this, purpose, TotalBytes, elementCount, type);
        _buffers.Add(buffer);
        TotalBytes = checked(TotalBytes + ((bytes + AlignmentBytes - 1) & ~(long)(AlignmentBytes - 1)));
        return buffer;
    }

    /// <summary>Reserves a matrix [<paramref name="rows"/>, <paramref name="columns"/>].</summary>
    public PlannedMatrix ReserveMatrix(
        string purpose, int rows, int columns, DataType type = DataType.Float32) =>
        new(Reserve(purpose, (long)rows * columns, type), rows, columns);

    /// <summary>The reserved bytes by purpose, largest first.</summary>
    public IReadOnlyList<(string Purpose, long Bytes)> Summarize() =>
        [.. _buffers
            .GroupBy(buffer => buffer.Purpose, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Sum(buffer => buffer.ElementCount * buffer.Type.SizeInBytes())))
            .OrderByDescending(entry => entry.Item2).ThenBy(entry => entry.Key, StringComparer.Ordinal)];

    /// <summary>Allocates all that was reserved, zeroed.</summary>
    /// <exception cref="OutOfMemoryException">The machine refuses that much memory.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (IsCommitted)
        {
            throw new InvalidOperationException("the plan is committed already");
        }

        nuint bytes = (nuint)Math.Max(TotalBytes, (long)AlignmentBytes);
        _arena = (byte*)HugePages.Allocate(bytes);
        NativeMemory.Clear(_arena, bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            NativeMemory.AlignedFree(_arena);
            _arena = null;
        }
    }

    internal byte* Address(long offsetBytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return IsCommitted
            ? _arena + offsetBytes
            : throw new InvalidOperationException("the memory exists only after the plan is committed");
    }
}
