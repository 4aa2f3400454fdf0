namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// How a product is cut so that each piece stays in the cache where it is used again. None of it depends on the number
/// of threads but the division of C, which does not change a result.
/// </summary>
/// <param name="Depth">
/// The most k that one call of a micro-kernel sums, after which its sums go to C: eight rows of A (12 KiB) and what is
/// being read of a panel of B share the first cache.
/// </param>
/// <param name="TileRows">The rows of A of that depth that stay in the second cache (96 x 384 x 4 B = 144 KiB).</param>
/// <param name="TileColumns">The columns of C that do (96 x 768 x 4 B = 288 KiB).</param>
/// <param name="PackedDepth">The most k that are packed at once, or a little more; a deeper product is cut.</param>
/// <param name="PackedElements">The most elements of B that are packed at once (4 MiB of the third cache).</param>
/// <param name="InnerProductRows">The most rows for which B [N, K] may be read as it lies.</param>
/// <param name="UnpackedRows">Up to so many rows, B [K, N] is read as it lies: packing would not pay.</param>
/// <param name="UnpackedElements">Up to so many elements too: it stays in the caches anyway.</param>
/// <param name="PackedRowColumns">
/// From so many columns of a tile, a transposed A is packed as well: its rows, short and far apart, would fall on few sets
/// of the first cache.
/// </param>
internal sealed record Blocking(
    int Depth, int TileRows, int TileColumns, int PackedDepth, int PackedElements, int InnerProductRows,
    int UnpackedRows, int UnpackedElements, int PackedRowColumns)
{
    // An even cut ends on a cache line of a row of A, if rows start on one.
    private const int DepthUnit = 16;

    /// <summary>Measured best for the shapes of GPT-2's layers at 1024 rows.</summary>
    public static Blocking Default { get; } = new(384, 96, 768, 1536, 1 << 20, 16, 128, 1 << 20, int.MaxValue);

    /// <summary>That of AVX2, whose tiles have half the columns, for caches of 32 KiB and 512 KiB (Zen 3).</summary>
    public static Blocking OfAvx2 { get; } = Default with
    {
        Depth = 256, UnpackedRows = 32, UnpackedElements = 1 << 15, PackedRowColumns = 48,
    };

    /// <summary>
    /// That of bf16 products, whose depths and elements are pairs. A panel of B (48 x 1536 x 4 B = 288 KiB) stays in the
    /// second cache while the rows of A go by, which come from the third.
    /// </summary>
    public static Blocking OfPairs { get; } = Default with { Depth = 1536, TileRows = 2048, TileColumns = 48 };

    /// <summary>The blocks for an instruction set.</summary>
    public static Blocking For(InstructionSet set) => set == InstructionSet.Avx2 ? OfAvx2 : Default;

    /// <summary>
    /// Whether B [N, K] is better read as it lies than transposed into panels: measured on K from 128 to 4096, the sums
    /// across vectors at the end of the depth cost little up to so many rows.
    /// </summary>
    public bool PrefersInnerProducts(int m, int k) => m <= Math.Min(InnerProductRows, Math.Max(4, k / 32));

    /// <summary>Whether B [K, N], of whole vectors, is better read as it lies than copied into panels.</summary>
    public bool PrefersUnpacked(int m, int n, int k) => m <= UnpackedRows || (long)n * k <= UnpackedElements;

    /// <summary>The k that a call of a micro-kernel sums where there are K in all.</summary>
    public int DepthOf(int k) => EvenPart(k, Depth, DepthUnit);

    /// <summary>The depth that is packed at once: whole, or equal parts that are whole micro-kernel calls.</summary>
    public int PackedDepthOf(int k) => EvenPart(k, PackedDepth, DepthOf(k));

    /// <summary>The columns that are packed at once, of a depth.</summary>
    public int PackedColumnsOf(int n, int depth, int panelColumns) =>
        EvenPart(n, Math.Max(PackedElements / depth / panelColumns, 1) * panelColumns, panelColumns);

    /// <summary>The part of a whole cut evenly into as few parts as a limit allows; a multiple of a unit.</summary>
    public static int EvenPart(int whole, int limit, int unit) => PartOf(whole, CeilingDivide(whole, limit), unit);

    /// <summary>
    /// The part of a whole cut evenly into so many parts; a multiple of a unit, so there may be fewer.
    /// </summary>
    public static int PartOf(int whole, int parts, int unit) => RoundUp(CeilingDivide(whole, parts), unit);

    /// <summary>The quotient, rounded up.</summary>
    public static int CeilingDivide(int value, int divisor) => (int)(((long)value + divisor - 1) / divisor);

    /// <summary>The multiple of a unit that is not below a value.</summary>
    public static int RoundUp(int value, int unit) => checked(CeilingDivide(value, unit) * unit);
}
