using System.Runtime.InteropServices;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// What a generated tile works on: y [tokens, 32] = x·Wᵀ + bias, with x rounded to 8 bits
/// (<see cref="PackedProducts.EightBitRows"/>) and W a panel of 32 rows.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = KeptOffset + RoutineBuilder.KeptBytes)]
internal unsafe struct QuantisedTile
{
    /// <summary>Where the fields are, for the generated code.</summary>
    public const int WeightsOffset = 0, RowsOffset = 8, YOffset = 16, YRowBytesOffset = 24, BlocksOffset = 32,
        TokensOffset = 40, BiasOffset = 48, MaskOffset = 56, KeptOffset = 64;

    /// <summary>The first block of the panel.</summary>
    [FieldOffset(WeightsOffset)]
    public byte* Weights;

    /// <summary>The first block of the rounded rows of x.</summary>
    [FieldOffset(RowsOffset)]
    public byte* Rows;

    /// <summary>Element (0, 0) of y.</summary>
    [FieldOffset(YOffset)]
    public float* Y;

    /// <summary>From a row of y to the next, in bytes.</summary>
    [FieldOffset(YRowBytesOffset)]
    public nint YRowBytes;

    /// <summary>The blocks of 32 along k; at least one.</summary>
    [FieldOffset(BlocksOffset)]
    public nint Blocks;

    /// <summary>The rows of y that there are, from one to the tile's.</summary>
    [FieldOffset(TokensOffset)]
    public nint Tokens;

    /// <summary>What the sums begin with [32], in every row; null: zero.</summary>
    [FieldOffset(BiasOffset)]
    public float* Bias;

    /// <summary>A bit for each of the 32 columns of y that there is.</summary>
    [FieldOffset(MaskOffset)]
    public uint Mask;
}
