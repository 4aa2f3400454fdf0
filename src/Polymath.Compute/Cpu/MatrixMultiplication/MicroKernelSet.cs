namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// The kernels of one instruction set: tiles of one height and several widths, a tile of inner products for few rows,
/// and how panels are packed.
/// </summary>
internal sealed unsafe class MicroKernelSet
{
    private readonly MicroKernel[] _byWidth;

    /// <summary>Creates a set.</summary>
    /// <param name="byWidth">Kernels of the same height, widest first.</param>
    /// <param name="innerProducts">The kernel that reads B [N, K] as it lies.</param>
    /// <param name="packTransposed">Packs a panel whose lines are contiguous along the depth.</param>
    public MicroKernelSet(
        MicroKernel[] byWidth, MicroKernel innerProducts, delegate*<PanelSource*, float*, void> packTransposed)
    {
        _byWidth = byWidth;
        InnerProducts = innerProducts;
        PackTransposed = packTransposed;
    }

    /// <summary>The rows of every tile of outer products.</summary>
    public int Rows => _byWidth[0].Rows;

    /// <summary>The columns of the widest tile, which all panels have but the last.</summary>
    public int Columns => _byWidth[0].Columns;

    /// <summary>The columns of the narrowest tile.</summary>
    public int MinColumns => _byWidth[^1].Columns;

    /// <summary>The kernel that reads B [N, K] as it lies; it keeps within the rows and columns that A and B have.</summary>
    public MicroKernel InnerProducts { get; }

    /// <summary>Packs a panel whose lines are contiguous along the depth.</summary>
    public delegate*<PanelSource*, float*, void> PackTransposed { get; }

    /// <summary>The kernels for an instruction set of this machine.</summary>
    public static MicroKernelSet For(InstructionSet set) => set switch
    {
        InstructionSet.Avx512 => Of<Simd512>(&PanelPacking.Transpose256, Simd512.HasManyRegisters),
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
            new(4, 4, DataType.Float32, &InnerProductTiles<TSimd>.Multiply4x4),
            packTransposed)
        : new(
            [
                new(6, 2 * TSimd.Count, DataType.Float32, &OuterProductTiles<TSimd>.Multiply6x2),
                new(6, TSimd.Count, DataType.Float32, &OuterProductTiles<TSimd>.Multiply6x1),
            ],
            new(2, 4, DataType.Float32, &InnerProductTiles<TSimd>.Multiply2x4),
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

    /// <summary>The columns that N columns take when packed: whole panels, the last as narrow as its columns allow.</summary>
    public int PaddedColumns(int columns)
    {
        int rest = columns % Columns;
        return columns - rest + (rest == 0 ? 0 : Covering(rest).Columns);
    }
}
