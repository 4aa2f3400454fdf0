using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Checks of what kernels are given: a wrong shape would read or overwrite somebody else's memory.</summary>
internal static unsafe class Require
{
    /// <summary>Demands a shape.</summary>
    /// <exception cref="ArgumentException">The matrix has another.</exception>
    public static void Shape(
        MatrixView matrix, int rows, int columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
    {
        if (matrix.Rows != rows || matrix.Columns != columns)
        {
            throw new ArgumentException(
                $"expected [{rows}, {columns}], found [{matrix.Rows}, {matrix.Columns}]", name);
        }
    }

    /// <summary>Demands a shape of a matrix that may be absent.</summary>
    /// <exception cref="ArgumentException">The matrix has another.</exception>
    public static void Shape(
        MatrixView? matrix, int rows, int columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
    {
        if (matrix is MatrixView present)
        {
            Shape(present, rows, columns, name);
        }
    }

    /// <summary>Demands a type of the elements.</summary>
    /// <exception cref="ArgumentException">They are of another.</exception>
    public static void Type(
        MatrixView matrix, DataType type, [CallerArgumentExpression(nameof(matrix))] string name = "")
    {
        if (matrix.Type != type)
        {
            throw new ArgumentException($"expected {type}, found {matrix.Type}", name);
        }
    }

    /// <summary>Demands that columns fall into heads whose width is a multiple of <paramref name="divisor"/>.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void Heads(int columns, int headWidth, int divisor = 1)
    {
        if (headWidth <= 0 || headWidth % divisor != 0 || columns % headWidth != 0)
        {
            throw new ArgumentException(
                $"{columns} columns do not fall into heads of {headWidth} columns, a multiple of {divisor}");
        }
    }

    /// <summary>Demands that all indices are below a limit, and not negative.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static void Indices(
        int* indices, int count, int limit, [CallerArgumentExpression(nameof(indices))] string name = "")
    {
        uint largest = 0;
        for (int index = 0; index < count; index++)
        {
            largest = Math.Max(largest, (uint)indices[index]);
        }

        if (count > 0 && largest >= (uint)limit)
        {
            throw new ArgumentException($"expected indices from 0 to {limit - 1}, found {(int)largest}", name);
        }
    }

    /// <summary>Demands that all indices are below a limit; negative ones mean none.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static void IndicesOrNone(
        int* indices, int count, int limit, [CallerArgumentExpression(nameof(indices))] string name = "")
    {
        int largest = -1;
        for (int index = 0; index < count; index++)
        {
            largest = Math.Max(largest, indices[index]);
        }

        if (largest >= limit)
        {
            throw new ArgumentException($"expected indices below {limit}, found {largest}", name);
        }
    }
}
