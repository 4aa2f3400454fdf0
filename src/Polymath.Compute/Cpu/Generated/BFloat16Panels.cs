using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// One operand and the panels that it is packed into, one behind the other: the panel of line j starts at
/// j·<see cref="PaddedPairs"/> and is [PaddedPairs, width] pairs; the last is only as wide as it must be.
/// </summary>
internal unsafe struct BFloat16Panels
{
    /// <summary>The first element of the operand.</summary>
    public float* Source;

    /// <summary>From a line to the next and from a k to the next, in elements; one of them is 1.</summary>
    public nint LineStride, DepthStride;

    /// <summary>The lines (rows of A, columns of B) and the elements of each.</summary>
    public int Lines, Depth;

    /// <summary>The lines of a panel, a multiple of 16.</summary>
    public int PanelLines;

    /// <summary>The packed pairs.</summary>
    public uint* Pairs;

    /// <summary>The pairs of a line, up to whole blocks.</summary>
    public readonly int PaddedPairs => PaddedPairsOf(Depth);

    /// <summary>Whether a line's elements are contiguous.</summary>
    public readonly bool HasContiguousLines => DepthStride == 1;

    /// <summary>The pairs of a line of so many elements, up to whole blocks.</summary>
    public static int PaddedPairsOf(int depth) =>
        Blocking.RoundUp(Blocking.CeilingDivide(depth, 2), PackingCode.Lines);

    /// <summary>The lines of the panel that begins with a line.</summary>
    public readonly int WidthOf(int line) =>
        Math.Min(PanelLines, Blocking.RoundUp(Lines - line, PackingCode.Lines));

    /// <summary>Where the panel that begins with a line starts.</summary>
    public readonly uint* PanelOf(int line) => Pairs + ((nint)line * PaddedPairs);
}
