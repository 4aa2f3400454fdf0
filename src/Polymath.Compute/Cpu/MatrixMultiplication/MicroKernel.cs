using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Code that multiplies one tile, C [Rows, Columns] (+)= A·B, its sums kept in registers. Compiled C# and generated
/// machine code look the same to the driver.
/// </summary>
/// <param name="rows">The rows of C that it writes.</param>
/// <param name="columns">The columns of C that it writes; also the width of B's packed panels.</param>
/// <param name="elementType">What A and B hold.</param>
/// <param name="multiply">The code.</param>
internal readonly unsafe struct MicroKernel(
    int rows, int columns, DataType elementType, delegate*<TileOperands*, void> multiply)
{
    /// <summary>The rows of C that it writes.</summary>
    public int Rows { get; } = rows;

    /// <summary>The columns of C that it writes; also the width of B's packed panels.</summary>
    public int Columns { get; } = columns;

    /// <summary>What A and B hold.</summary>
    public DataType ElementType { get; } = elementType;

    /// <summary>Multiplies a whole tile.</summary>
    public delegate*<TileOperands*, void> Multiply { get; } = multiply;

    /// <summary>
    /// Multiplies a tile of which only the first <paramref name="rows"/> rows and <paramref name="columns"/> columns
    /// are there. A tile cut by the edge is computed aside, whole, and joined to C in the order in which the kernel
    /// itself would add, so that a result does not depend on where its tile lay.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyPart(TileOperands* tile, int rows, int columns)
    {
        tile->ARowCount = rows;
        if (rows == Rows && columns == Columns)
        {
            Multiply(tile);
        }
        else
        {
            MultiplyAside(tile, rows, columns);
        }
    }

    [SkipLocalsInit]
    private void MultiplyAside(TileOperands* tile, int rows, int columns)
    {
        float* sums = stackalloc float[Rows * Columns];
        TileOperands whole = *tile;
        whole.C = sums;
        whole.CRowStride = Columns;
        whole.Bias = null;
        whole.Accumulate = false;
        Multiply(&whole);
        for (int row = 0; row < rows; row++)
        {
            float* c = tile->C + (row * tile->CRowStride);
            for (int column = 0; column < columns; column++)
            {
                float sum = sums[(row * Columns) + column];
                sum = tile->Accumulate ? sum + c[column] : sum;
                c[column] = tile->Bias is not null ? sum + tile->Bias[column] : sum;
            }
        }
    }
}
