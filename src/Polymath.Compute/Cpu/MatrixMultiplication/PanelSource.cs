namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// A strip of an operand to be packed: Count lines (columns of B), Depth elements each, become a panel [Depth, Width]
/// whose missing lines are zero.
/// </summary>
internal unsafe struct PanelSource
{
    /// <summary>The first element.</summary>
    public float* Data;

    /// <summary>Elements from a line to the next; 1 where lines lie side by side.</summary>
    public nint LineStride;

    /// <summary>Elements from a k to the next; 1 where lines are contiguous.</summary>
    public nint DepthStride;

    /// <summary>The lines that there are.</summary>
    public int Count;

    /// <summary>The lines of the panel.</summary>
    public int Width;

    /// <summary>How many k are packed.</summary>
    public int Depth;
}
