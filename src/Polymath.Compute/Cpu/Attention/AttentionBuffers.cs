namespace Polymath.Compute.Cpu;

/// <summary>Cuts memory into buffers that start on cache lines; from address zero, it counts what they take.</summary>
/// <param name="memory">The first buffer's address.</param>
internal unsafe ref struct BufferCutter(float* memory)
{
    private const int ElementsPerLine = 16;
    private readonly float* _start = memory;
    private float* _next = memory;

    /// <summary>The elements that all buffers take.</summary>
    public readonly long Count => _next - _start;

    /// <summary>The next buffer.</summary>
    public float* Take(long count)
    {
        float* buffer = _next;
        _next += (count + ElementsPerLine - 1) / ElementsPerLine * ElementsPerLine;
        return buffer;
    }
}

/// <summary>The sizes that the buffers of attention share.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <param name="width">Columns of a head.</param>
/// <param name="keyCount">The most keys of a block.</param>
internal readonly struct AttentionSizes<TSimd>(int width, int keyCount)
    where TSimd : struct, ISimd<TSimd>
{
    // A row of scores is not a power of two long: eight rows at once would fall on the same lines of the first cache.
    private const int ScorePadding = 16;

    /// <summary>Columns of a head.</summary>
    public readonly int Width = width;

    /// <summary>Columns of a head in vectors.</summary>
    public readonly int WidthVectors = Tiling.CountTiles(width, TSimd.Count);

    /// <summary>Columns of a head in strips.</summary>
    public readonly int PaddedWidth = AttentionTiles<TSimd>.PaddedColumns(width);

    /// <summary>Keys of a block, in strips and in tiles.</summary>
    public readonly int PaddedKeys = Math.Max(
        AttentionTiles<TSimd>.PaddedColumns(keyCount), AttentionTiles<TSimd>.PaddedRows(keyCount));

    /// <summary>From a row of scores to the next.</summary>
    public int ScoreStride => PaddedKeys + ScorePadding;
}
