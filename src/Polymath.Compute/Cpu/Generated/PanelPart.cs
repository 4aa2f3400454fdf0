using System.Runtime.InteropServices;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// What a generated packing routine works on: lines (rows of A, columns of B) of fp32 or bf16, which become bf16 pairs
/// in a panel [depth, lines]. Lines are packed in vectors of 16, of a depth of pairs or of blocks of 16 pairs.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = KeptOffset + RoutineBuilder.KeptBytes)]
internal unsafe struct PanelPart
{
    /// <summary>Where the fields are, for the generated code.</summary>
    public const int SourceOffset = 0, SourceRowBytesOffset = 8, PanelOffset = 16, PanelRowBytesOffset = 24,
        CountOffset = 32, LinesOffset = 40, VectorsOffset = 40, FirstMaskOffset = 48, SecondMaskOffset = 52,
        VectorStepOffset = 56, KeptOffset = 64;

    /// <summary>The first element.</summary>
    [FieldOffset(SourceOffset)]
    public byte* Source;

    /// <summary>From a row of the source to the next, in bytes: a row is a k or a line, whichever is not contiguous.</summary>
    [FieldOffset(SourceRowBytesOffset)]
    public nint SourceRowBytes;

    /// <summary>Where the first pair goes.</summary>
    [FieldOffset(PanelOffset)]
    public uint* Panel;

    /// <summary>From a depth of the panel to the next, in bytes.</summary>
    [FieldOffset(PanelRowBytesOffset)]
    public nint PanelRowBytes;

    /// <summary>How many pairs, or blocks of 16 pairs, are packed; at least one. Blocks are counted down to zero.</summary>
    [FieldOffset(CountOffset)]
    public nint Count;

    /// <summary>Where lines are contiguous: how many of the 16 there are; the last stands in for those missing.</summary>
    [FieldOffset(LinesOffset)]
    public nint Lines;

    /// <summary>Where lines lie side by side: how many vectors of 16 are packed. Counted down to zero.</summary>
    [FieldOffset(VectorsOffset)]
    public nint Vectors;

    /// <summary>
    /// Bits of what there is: of the lines in the first k of a pair, or of a block's k 0 to 15, or of all 32 of its k
    /// where they are bf16.
    /// </summary>
    [FieldOffset(FirstMaskOffset)]
    public uint FirstMask;

    /// <summary>Bits of what there is: of the lines in the second k of a pair, or of a block's k 16 to 31.</summary>
    [FieldOffset(SecondMaskOffset)]
    public uint SecondMask;

    /// <summary>Where lines lie side by side: from a vector of the panel to the next, in bytes.</summary>
    [FieldOffset(VectorStepOffset)]
    public nint VectorStep;
}
