namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// The kernels of one instruction set: tiles of one height and several widths, a tile of inner products for few rows,
/// and how panels are packed.
/// </summary>
internal sealed unsafe class MicroKernelSet
{
    private readonly MicroKernel[] _byWidth;
    private readonly MicroKernel _innerProducts, _innerProductsOfOneRow;

    /// <summary>Creates a set.</summary>
    /// <param name="byWidth">Kernels of the same height, widest first.</param>
    /// <param name="innerProducts">The kernel that reads B [N, K] as it lies.</param>
    /// <param name="innerProductsOfOneRow">The same, for a single row of A.</param>
    /// <param name="packTransposed">Packs a panel whose lines are contiguous along the depth.</param>
    public MicroKernelSet(
        MicroKernel[] byWidth, MicroKernel innerProducts, MicroKernel innerProductsOfOneRow,
        delegate*<PanelSource*, float*, void> packTransposed)
    {
        _byWidth = byWidth;
        _innerProducts = innerProducts;
        _innerProductsOfOneRow = innerProductsOfOneRow;
        PackTransposed = packTransposed;
    }

    /// <summary>The rows of every tile of outer products.</summary>
    public int Rows => _byWidth[0].Rows;

    /// <summary>The columns of the widest tile, which all panels have but the last.</summary>
    public int Columns => _byWidth[0].Columns;

    /// <summary>The columns of the narrowest tile.</summary>
    public int MinColumns => _byWidth[^1].Columns;

    /// <summary>Packs a panel whose lines are contiguous along the depth.</summary>
    public delegate*<PanelSource*, float*, void> PackTransposed { get; }

    /// <summary>The kernels for an instruction set of this machine.</summary>
    public static MicroKernelSet For(InstructionSet set) => set switch
    {
        InstructionSet.Avx512 or InstructionSet.Avx512Bf16 =>
            Of<Simd512>(&PanelPacking.Transpose256, Simd512.HasManyRegisters),
        InstructionSet.Avx2 => Of<Simd256>(&PanelPacking.Transpose256, Simd256.HasManyRegisters),
        InstructionSet.Portable => Of<SimdPortable>(&PanelPacking.Transpose, SimdPortable.HasManyRegisters),
        _ => throw new ArgumentOutOfRangeException(nameof(set), set, "unknown instruction set"),
    };

    /// <summary>The kernels for a vector, as large as the registers allow.</summary>
    public static MicroKernelSet Of<TSimd>(
        delegate*<PanelSource*, float*, void> packTransposed, bool hasManyRegisters)
        where TSimd : struct, ISimd<TSimd> => hasManyRegisters
        ? new(
            [
                new(8, 3 * TSimd.Count, DataType.Float32, &OuterProductTiles<TSimd>.Multiply8x3),
                new(8, 2 * TSimd.Count, DataType.Float32, &OuterProductTiles<TSimd>.Multiply8x2),
                new(8, TSimd.Count, DataType.Float32, &OuterProductTiles<TSimd>.Multiply8x1),
            ],
            new(4, InnerProductTiles<TSimd>.Columns, DataType.Float32, &InnerProductTiles<TSimd>.Multiply4x4),
            new(1, InnerProductTiles<TSimd>.Columns, DataType.Float32, &InnerProductTiles<TSimd>.Multiply1x4),
            packTransposed)
        : new(
            [
                new(6, 2 * TSimd.Count, DataType.Float32, &OuterProductTiles<TSimd>.Multiply6x2),
                new(6, TSimd.Count, DataType.Float32, &OuterProductTiles<TSimd>.Multiply6x1),
            ],
            new(2, InnerProductTiles<TSimd>.Columns, DataType.Float32, &InnerProductTiles<TSimd>.Multiply2x4),
            new(1, InnerProductTiles<TSimd>.Columns, DataType.Float32, &InnerProductTiles<TSimd>.Multiply1x4),
            packTransposed);

    /// <summary>The narrowest kernel that covers the columns left, or the widest.</summary>
    public MicroKernel Covering(int columns)
    {
        int index = _byWidth.Length - 1;
        while (index > 0 && _byWidth[index].Columns < columns)
        {
            index--;
        }

        return _byWidth[index];
    }

    /// <summary>
    /// The kernel that reads B [N, K] as it lies, for so many rows of A; it writes only what there is of C.
    /// </summary>
    public MicroKernel InnerProducts(int rows) => rows == 1 ? _innerProductsOfOneRow : _innerProducts;
}
