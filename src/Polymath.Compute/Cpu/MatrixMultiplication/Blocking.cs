namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// How a product is cut so that each piece stays in the cache where it is used again. None of it depends on the number
/// of threads but the division of rows, which does not change a result.
/// </summary>
/// <param name="Depth">
/// The k that one call of a micro-kernel sums, after which its sums go to C: a panel of B of this depth is read by all
/// rows of a tile, one of A (8 x 384 x 4 B = 12 KiB) by the first cache.
/// </param>
/// <param name="TileRows">The rows of A of that depth that stay in the second cache (96 x 384 x 4 B = 144 KiB).</param>
/// <param name="TileColumns">The columns of C that do (96 x 768 x 4 B = 288 KiB).</param>
/// <param name="PackedDepth">The most k that are packed at once: multiples of this split a deep product.</param>
/// <param name="PackedElements">The most elements of B that are packed at once (4 MiB, a part of the third cache).</param>
/// <param name="InnerProductRows">Up to so many rows, B [N, K] is better read as it lies than transposed into panels.</param>
/// <param name="UnpackedRows">Up to so many rows, B [K, N] is better read as it lies than copied into panels.</param>
internal sealed record Blocking(
    int Depth, int TileRows, int TileColumns, int PackedDepth, int PackedElements, int InnerProductRows, int UnpackedRows)
{
    /// <summary>Measured best for the shapes of GPT-2's layers at 1024 rows.</summary>
    public static Blocking Default { get; } = new(384, 96, 768, 1536, 1 << 20, 16, 64);

    /// <summary>The depth that is packed at once: whole, or equal parts that are whole micro-kernel calls.</summary>
    public int PackedDepthOf(int k) => EvenPart(k, PackedDepth, Depth);

    /// <summary>The columns that are packed at once, of a depth.</summary>
    public int PackedColumnsOf(int n, int depth, int panelColumns) =>
        EvenPart(n, Math.Max(PackedElements / depth / panelColumns, 1) * panelColumns, panelColumns);

    /// <summary>The part of a whole that is cut evenly into as few parts as a limit allows, a multiple of a unit.</summary>
    public static int EvenPart(int whole, int limit, int unit, int partsMultiple = 1)
    {
        int parts = RoundUp(CeilingDivide(whole, limit), partsMultiple);
        return RoundUp(CeilingDivide(whole, parts), unit);
    }

    /// <summary>The quotient, rounded up.</summary>
    public static int CeilingDivide(int value, int divisor) => (int)(((long)value + divisor - 1) / divisor);

    /// <summary>The multiple of a unit that is not below a value.</summary>
    public static int RoundUp(int value, int unit) => checked(CeilingDivide(value, unit) * unit);
}
