using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// One operand and the panels that it is packed into, one behind the other: the panel of line j starts at
/// j·<see cref="PaddedPairs"/> and is [PaddedPairs, width] pairs; the last is only as wide as it must be.
/// </summary>
internal unsafe struct BFloat16Panels
{
    /// <summary>The operand.</summary>
    public BFloat16Operand Source;

    /// <summary>The lines of a panel, a multiple of 16.</summary>
    public int PanelLines;

    /// <summary>The packed pairs.</summary>
    public uint* Pairs;

    /// <summary>The pairs of a line, up to whole blocks.</summary>
    public readonly int PaddedPairs => PaddedPairsOf(Source.Depth);

    /// <summary>The pairs of a line of so many elements, up to whole blocks.</summary>
    public static int PaddedPairsOf(int depth) =>
        Blocking.RoundUp(Blocking.CeilingDivide(depth, 2), PackingCode.Lines);

    /// <summary>The lines of the panel that begins with a line.</summary>
    public readonly int WidthOf(int line) =>
        Math.Min(PanelLines, Blocking.RoundUp(Source.Lines - line, PackingCode.Lines));

    /// <summary>Where the panel that begins with a line starts.</summary>
    public readonly uint* PanelOf(int line) => Pairs + ((nint)line * PaddedPairs);
}
