using System.Runtime.InteropServices;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// What a generated tile works on: C [Rows, columns] = (sums +) A·B (+ bias). B is packed into panels of pairs: two bf16
/// that lie behind one another along the depth, in 32 bits, the earlier one lower. A is packed too, or read as it lies
/// where its rows are bf16: two neighbours are a pair.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = KeptOffset + RoutineBuilder.KeptBytes)]
internal unsafe struct BFloat16Tile
{
    /// <summary>Where the fields are, for the generated code.</summary>
    public const int AOffset = 0, ARowBytesOffset = 8, BOffset = 16, COffset = 24, CRowBytesOffset = 32,
        SumsOffset = 40, SumsRowBytesOffset = 48, PairsOffset = 56, RowsOffset = 64, BiasOffset = 72,
        ColumnMaskOffset = 80, NextOffset = 88, NextRowBytesOffset = 96, StepsOffset = 104, KeptOffset = 112;

    /// <summary>The cache lines of <see cref="Next"/> that are asked for at once.</summary>
    public const int NextLines = 3;

    /// <summary>The pair (row 0, depth 0) of a panel [depth, 16], or of rows that lie as they are.</summary>
    [FieldOffset(AOffset)]
    public uint* A;

    /// <summary>From a row of A to the next, in bytes, where A is not packed.</summary>
    [FieldOffset(ARowBytesOffset)]
    public nint ARowBytes;

    /// <summary>The pair (depth 0, column 0) of a panel [depth, columns of the tile].</summary>
    [FieldOffset(BOffset)]
    public uint* B;

    /// <summary>Element (0, 0) of C, fp32 or bf16 as the routine has it.</summary>
    [FieldOffset(COffset)]
    public void* C;

    /// <summary>From a row of C to the next, in bytes.</summary>
    [FieldOffset(CRowBytesOffset)]
    public nint CRowBytes;

    /// <summary>Element (0, 0) of the sums that the product is added to, or null.</summary>
    [FieldOffset(SumsOffset)]
    public float* Sums;

    /// <summary>From a row of those sums to the next, in bytes.</summary>
    [FieldOffset(SumsRowBytesOffset)]
    public nint SumsRowBytes;

    /// <summary>How many pairs are summed; at least one.</summary>
    [FieldOffset(PairsOffset)]
    public nint Pairs;

    /// <summary>The rows of C that there are, from one to the tile's; all where A is not packed.</summary>
    [FieldOffset(RowsOffset)]
    public nint Rows;

    /// <summary>[columns], added to every row, or null.</summary>
    [FieldOffset(BiasOffset)]
    public float* Bias;

    /// <summary>A bit for each column of the last vector that there is.</summary>
    [FieldOffset(ColumnMaskOffset)]
    public uint ColumnMask;

    /// <summary>
    /// What will be read after this product, asked for meanwhile: <see cref="NextLines"/> at a time, a row of them for
    /// every four pairs. Moved on by the routine.
    /// </summary>
    [FieldOffset(NextOffset)]
    public byte* Next;

    /// <summary>From a row of what is asked for to the next, in bytes.</summary>
    [FieldOffset(NextRowBytesOffset)]
    public nint NextRowBytes;

    /// <summary>The routine's own: the steps of four pairs that it has still to do.</summary>
    [FieldOffset(StepsOffset)]
    public nint Steps;
}
