using System.Runtime.InteropServices;

namespace Polymath.Compute.Tests.Cpu.MatrixMultiplication;

/// <summary>
/// Random matrices for one product, with gaps between rows that must not be touched, and the exact result.
/// </summary>
internal sealed unsafe class Operands : IDisposable
{
    private const float Gap = float.NaN;
    private readonly List<GuardedMemory> _blocks = [];
    private readonly float[] _original;

    public Operands(MatrixProduct product, int m, int n, int k, int gap, bool accumulate, bool hasBias, ulong seed)
    {
        var random = new RandomStream(seed, RandomStream.StreamOf("operands"));
        A = product == MatrixProduct.TN ? Allocate(k, m, gap, ref random) : Allocate(m, k, gap, ref random);
        B = product == MatrixProduct.NT ? Allocate(n, k, gap, ref random) : Allocate(k, n, gap, ref random);
        C = Allocate(m, n, gap, ref random);
        Bias = hasBias ? Allocate(1, n, 0, ref random).Data : null;
        Product = product;
        Accumulate = accumulate;
        _original = AllOfC().ToArray();
    }

    public MatrixProduct Product { get; }

    public MatrixView A { get; }

    public MatrixView B { get; }

    public MatrixView C { get; }

    public float* Bias { get; }

    public bool Accumulate { get; }

    /// <summary>C with its gaps, as bits.</summary>
    public int[] Bits => [.. MemoryMarshal.Cast<float, int>(AllOfC())];

    /// <summary>Makes C what it was before the product.</summary>
    public void Reset() => _original.CopyTo(AllOfC());

    /// <summary>
    /// Compares C with sums in double precision: an error of a sum of K products is bounded by K·2^-24 times the sum of
    /// the products' magnitudes (Higham, "Accuracy and stability of numerical algorithms", 2002, section 3.1).
    /// </summary>
    /// <param name="precision">What A and B are rounded to before they are multiplied.</param>
    public void AssertCorrect(ProductPrecision precision = ProductPrecision.Float32)
    {
        int depth = Product == MatrixProduct.TN ? A.Rows : A.Columns;
        for (int row = 0; row < C.Rows; row++)
        {
            for (int column = 0; column < (row == C.Rows - 1 ? C.Columns : C.Stride); column++)
            {
                float actual = C.Row(row)[column], before = _original[(row * C.Stride) + column];
                if (column >= C.Columns)
                {
                    Assert.Equal(float.IsNaN(before), float.IsNaN(actual));
                    continue;
                }

                double sum = (Accumulate ? before : 0) + (Bias is null ? 0.0 : Bias[column]);
                double magnitude = Math.Abs(Accumulate ? before : 0) + Math.Abs(Bias is null ? 0.0 : Bias[column]);
                for (int k = 0; k < depth; k++)
                {
                    float x = Product == MatrixProduct.TN ? A.Row(k)[row] : A.Row(row)[k];
                    float y = Product == MatrixProduct.NT ? B.Row(column)[k] : B.Row(k)[column];
                    if (precision == ProductPrecision.BFloat16)
                    {
                        (x, y) = (RoundToBFloat16(x), RoundToBFloat16(y));
                    }

                    sum += (double)x * y;
                    magnitude += Math.Abs((double)x * y);
                }

                Assert.True(
                    Math.Abs(actual - sum) <= (depth + 2) * magnitude * Math.Pow(2, -24),
                    $"{Product} [{C.Rows}, {C.Columns}] of {depth}: C[{row}, {column}] is {actual}, expected {sum}");
            }
        }
    }

    public void Dispose()
    {
        _blocks.ForEach(block => block.Dispose());
    }

    /// <summary>The nearest number of eight significant bits, ties to even; for finite normal numbers.</summary>
    public static float RoundToBFloat16(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private Span<float> AllOfC() => new(C.Data, ((C.Rows - 1) * C.Stride) + C.Columns);

    private MatrixView Allocate(int rows, int columns, int gap, ref RandomStream random)
    {
        int stride = columns + gap, count = ((rows - 1) * stride) + columns;
        var memory = new GuardedMemory(count);
        _blocks.Add(memory);
        float* data = memory.Floats;
        for (int index = 0; index < count; index++)
        {
            data[index] = index % stride < columns ? (2 * random.NextSingle()) - 1 : Gap;
        }

        return new MatrixView(data, rows, columns, stride);
    }
}
