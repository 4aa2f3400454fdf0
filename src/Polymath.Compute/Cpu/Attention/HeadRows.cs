using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The rows of one head within a matrix where the heads lie side by side.</summary>
/// <param name="data">The head's first column of the first row.</param>
/// <param name="stride">From row to row.</param>
internal readonly unsafe struct HeadRows(float* data, nint stride)
{
    private const int ElementsPerLine = 16;

    /// <summary>Elements from row to row.</summary>
    public nint Stride { get; } = stride;

    /// <summary>The head's columns from a row of the matrix on.</summary>
    public static HeadRows Of(MatrixView matrix, int firstRow, int head, int width) =>
        new(matrix.Row(firstRow) + ((nint)head * width), matrix.Stride);

    /// <summary>The head's columns of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Row(int row) => data + (row * Stride);

    /// <summary>Has columns of a row brought near; they may be those of the next head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int row, int start, int count)
    {
        for (int column = 0; column < count; column += ElementsPerLine)
        {
            MatrixMultiplication.Prefetch.IntoSecondCache(Row(row) + start + column);
        }
    }
}
