namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// What a micro-kernel works on: C [rows, columns] (+)= A·B (+ bias). A's element (row, k) is at
/// A + row·ARowStride + k·ADepthStride, so A may be row-major, column-major or packed. A kernel of outer products finds
/// B's element (k, column) at B + k·BStride + column; one of inner products, at B + column·BStride + k, and takes
/// ADepthStride to be 1. Strides are in elements.
/// </summary>
internal unsafe struct TileOperands
{
    /// <summary>Element (0, 0) of A.</summary>
    public float* A;

    /// <summary>From a row of A to the next.</summary>
    public nint ARowStride;

    /// <summary>From a k of A to the next.</summary>
    public nint ADepthStride;

    /// <summary>The rows that A has; where the tile has more, the last is read in place of those missing.</summary>
    public nint ARowCount;

    /// <summary>Element (0, 0) of B.</summary>
    public float* B;

    /// <summary>From a k of B to the next; for inner products, from a column to the next.</summary>
    public nint BStride;

    /// <summary>For inner products, the columns that B has, as <see cref="ARowCount"/> for A.</summary>
    public nint BColumnCount;

    /// <summary>Element (0, 0) of C; the whole tile is written.</summary>
    public float* C;

    /// <summary>From a row of C to the next.</summary>
    public nint CRowStride;

    /// <summary>How many k are summed; at least one.</summary>
    public nint Depth;

    /// <summary>[columns], added to every row, or null.</summary>
    public float* Bias;

    /// <summary>Whether the sum is added to C rather than written.</summary>
    public bool Accumulate;
}
