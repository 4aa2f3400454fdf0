using System.Runtime.InteropServices;

namespace Polymath.Compute.Tests.Cpu;

/// <summary>A bf16 matrix for kernels to work on, in pinned memory, with guards around it and between its rows.</summary>
internal sealed unsafe class HalfMatrix
{
    private const int Margin = 32, Gap = 3;
    private static readonly BFloat16 Guard = (BFloat16)(-12345.75f);
    private readonly BFloat16[] _memory;
    private readonly int _rows, _columns;

    /// <summary>The elements of an fp32 matrix, rounded.</summary>
    public HalfMatrix(TestMatrix matrix)
    {
        (_rows, _columns) = (matrix.Rows, matrix.Columns);
        _memory = GC.AllocateArray<BFloat16>((_rows * (_columns + Gap)) + (2 * Margin), pinned: true);
        Array.Fill(_memory, Guard);
        double[] elements = matrix.ToDoubles();
        for (int index = 0; index < elements.Length; index++)
        {
            _memory[At(index)] = (BFloat16)(float)elements[index];
        }
    }

    public MatrixView View => new(
        (BFloat16*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, Margin), DataType.BFloat16, _rows, _columns,
        _columns + Gap);

    /// <summary>The elements in an fp32 matrix, exactly, once the guards are found untouched.</summary>
    public TestMatrix Widened()
    {
        HashSet<int> inside = [.. Enumerable.Range(0, _rows * _columns).Select(At)];
        Assert.All(
            Enumerable.Range(0, _memory.Length).Where(at => !inside.Contains(at)),
            at => Assert.True(_memory[at] == Guard, $"a kernel wrote {_memory[at]} outside of its matrix, at {at}"));
        return TestMatrix.Of(_rows, _columns, (row, column) => (float)_memory[At((row * _columns) + column)]);
    }

    private int At(int index) => Margin + (index / _columns * (_columns + Gap)) + (index % _columns);
}
