using System.Runtime.InteropServices;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// What a generated tile works on: C [Rows, columns] (+)= A·B (+ bias), with A and B packed into panels of pairs: two
/// bf16 that lie behind one another along the depth, in 32 bits, the earlier one lower.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = KeptOffset + RoutineBuilder.KeptBytes)]
internal unsafe struct BFloat16Tile
{
    /// <summary>Where the fields are, for the generated code.</summary>
    public const int AOffset = 0, BOffset = 8, COffset = 16, CRowBytesOffset = 24, PairsOffset = 32, RowsOffset = 40,
        BiasOffset = 48, AccumulateOffset = 56, ColumnMaskOffset = 64, KeptOffset = 72;

    /// <summary>The pair (row 0, depth 0) of a panel [depth, 16].</summary>
    [FieldOffset(AOffset)]
    public uint* A;

    /// <summary>The pair (depth 0, column 0) of a panel [depth, columns of the tile].</summary>
    [FieldOffset(BOffset)]
    public uint* B;

    /// <summary>Element (0, 0) of C.</summary>
    [FieldOffset(COffset)]
    public float* C;

    /// <summary>From a row of C to the next, in bytes.</summary>
    [FieldOffset(CRowBytesOffset)]
    public nint CRowBytes;

    /// <summary>How many pairs are summed; at least one.</summary>
    [FieldOffset(PairsOffset)]
    public nint Pairs;

    /// <summary>The rows of C that there are, from one to the tile's.</summary>
    [FieldOffset(RowsOffset)]
    public nint Rows;

    /// <summary>[columns], added to every row, or null.</summary>
    [FieldOffset(BiasOffset)]
    public float* Bias;

    /// <summary>Whether the sum is added to C rather than written: 1 or 0.</summary>
    [FieldOffset(AccumulateOffset)]
    public nint Accumulate;

    /// <summary>A bit for each column of the last vector that there is.</summary>
    [FieldOffset(ColumnMaskOffset)]
    public uint ColumnMask;
}
