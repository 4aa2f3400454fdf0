using System.Runtime.InteropServices;

namespace Polymath.Compute.Tests.Cpu;

/// <summary>
/// A matrix for kernels to work on, in pinned memory: rows have gaps between them and guards around them, so that a
/// kernel that writes where it must not is found out.
/// </summary>
internal sealed unsafe class TestMatrix
{
    private const float Guard = -12345.75f;
    private const int Margin = 32;
    private readonly float[] _memory;

    public TestMatrix(int rows, int columns, int gap = 3)
    {
        (Rows, Columns, Stride) = (rows, columns, columns + gap);
        _memory = GC.AllocateArray<float>((rows * Stride) + (2 * Margin), pinned: true);
        Array.Fill(_memory, Guard);
        Fill((_, _) => 0);
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Stride { get; }

    public float* Data => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, Margin);

    public MatrixView View => new(Data, Rows, Columns, Stride);

    public static TestMatrix Random(int rows, int columns, string name, float scale = 1, int gap = 3)
    {
        var random = new RandomStream(7, RandomStream.StreamOf(name), ((long)rows << 20) + columns);
        var matrix = new TestMatrix(rows, columns, gap);
        matrix.Fill((_, _) => scale * ((2 * random.NextSingle()) - 1));
        return matrix;
    }

    public static TestMatrix Of(int rows, int columns, Func<int, int, double> value)
    {
        var matrix = new TestMatrix(rows, columns);
        matrix.Fill((row, column) => (float)value(row, column));
        return matrix;
    }

    /// <summary>A row without gaps: a parameter or its gradient.</summary>
    public static TestMatrix Vector(int columns, string name, float scale = 1) => Random(1, columns, name, scale);

    public TestMatrix Copy()
    {
        var copy = new TestMatrix(Rows, Columns, Stride - Columns);
        _memory.CopyTo(copy._memory, 0);
        return copy;
    }

    /// <summary>The elements, row after row, once the guards are found untouched.</summary>
    public double[] ToDoubles()
    {
        var elements = new double[Rows * Columns];
        for (int index = 0; index < _memory.Length; index++)
        {
            int at = index - Margin, row = at / Math.Max(1, Stride), column = at % Math.Max(1, Stride);
            if (at >= 0 && row < Rows && column < Columns)
            {
                elements[(row * Columns) + column] = _memory[index];
            }
            else
            {
                Assert.True(_memory[index] == Guard, $"a kernel wrote {_memory[index]} outside of its matrix, at {at}");
            }
        }

        return elements;
    }

    private void Fill(Func<int, int, float> value)
    {
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                _memory[Margin + (row * Stride) + column] = value(row, column);
            }
        }
    }
}
