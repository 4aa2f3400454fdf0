namespace Polymath.Compute.Cpu;

/// <summary>How work is cut into tiles and sums into chunks: by its size alone, never by the threads.</summary>
internal static class Tiling
{
    // 64 KiB of fp32: long against the cost of taking a tile, short against an uneven end.
    private const int ElementsPerTile = 1 << 14;

    // Few chunks, so that adding up their sums costs little; enough of them to share out.
    private const int LeastRowsPerChunk = 64, MostChunks = 64;

    /// <summary>The rows of a tile of an elementwise kernel.</summary>
    public static int RowsPerTile(int columns) => Math.Max(1, ElementsPerTile / Math.Max(1, columns));

    /// <summary>The rows of a chunk whose column sums are taken together.</summary>
    public static int RowsPerChunk(int rows) => Math.Max(LeastRowsPerChunk, CountTiles(rows, MostChunks));

    /// <summary>The tiles, or chunks, of <paramref name="size"/> that cover <paramref name="total"/>.</summary>
    public static int CountTiles(int total, int size) => (int)(((long)total + size - 1) / size);

    /// <summary>The range of tile <paramref name="tile"/>.</summary>
    public static (int Start, int End) Range(int tile, int size, int total) =>
        (tile * size, (int)Math.Min(total, ((long)tile + 1) * size));
}
