namespace Polymath.Compute.Tests.Cpu.MatrixMultiplication;

/// <summary>
/// Random matrices for one product, with gaps between rows that must not be touched, and the exact result.
/// </summary>
internal sealed unsafe class Operands : IDisposable
{
    private const float Gap = float.NaN;
    private readonly List<GuardedMemory> _blocks = [];
    private readonly byte[] _original;

    public Operands(
        MatrixProduct product, int m, int n, int k, int gap, bool accumulate, bool hasBias, ulong seed,
        ElementTypes types = default)
    {
        var random = new RandomStream(seed, RandomStream.StreamOf("operands"));
        A = product == MatrixProduct.TN
            ? Allocate(k, m, gap, types.A, ref random)
            : Allocate(m, k, gap, types.A, ref random);
        B = product == MatrixProduct.NT
            ? Allocate(n, k, gap, types.B, ref random)
            : Allocate(k, n, gap, types.B, ref random);
        C = Allocate(m, n, gap, types.C, ref random);
        Bias = hasBias ? Allocate(1, n, 0, DataType.Float32, ref random).Data : null;
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
    public byte[] Bits => AllOfC().ToArray();

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
        fixed (byte* original = _original)
        {
            var before = new MatrixView(original, C.Type, C.Rows, C.Columns, C.Stride);
            for (int row = 0; row < C.Rows; row++)
            {
                for (int column = 0; column < (row == C.Rows - 1 ? C.Columns : C.Stride); column++)
                {
                    float actual = Element(C, row, column), earlier = Element(before, row, column);
                    if (column >= C.Columns)
                    {
                        Assert.Equal(float.IsNaN(earlier), float.IsNaN(actual));
                    }
                    else
                    {
                        AssertCorrect(row, column, Accumulate ? earlier : 0, actual, depth, precision);
                    }
                }
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

    private static float Element(MatrixView matrix, int row, int column) => matrix.Type == DataType.BFloat16
        ? (float)matrix.Row<BFloat16>(row)[column]
        : matrix.Row(row)[column];

    // A bf16 C is rounded once more: by half a unit of its eighth bit.
    private void AssertCorrect(
        int row, int column, float before, float actual, int depth, ProductPrecision precision)
    {
        double bias = Bias is null ? 0.0 : Bias[column], sum = before + bias;
        double magnitude = Math.Abs(before) + Math.Abs(bias);
        for (int k = 0; k < depth; k++)
        {
            float x = Product == MatrixProduct.TN ? Element(A, k, row) : Element(A, row, k);
            float y = Product == MatrixProduct.NT ? Element(B, column, k) : Element(B, k, column);
            if (precision == ProductPrecision.BFloat16)
            {
                (x, y) = (RoundToBFloat16(x), RoundToBFloat16(y));
            }

            sum += (double)x * y;
            magnitude += Math.Abs((double)x * y);
        }

        double allowed = (depth + 2) * magnitude * Math.Pow(2, -24);
        allowed += C.Type == DataType.BFloat16 ? (Math.Abs(sum) + allowed) * Math.Pow(2, -8) : 0;
        Assert.True(
            Math.Abs(actual - sum) <= allowed,
            $"{Product} [{C.Rows}, {C.Columns}] of {depth}: C[{row}, {column}] is {actual}, expected {sum}");
    }

    private Span<byte> AllOfC() =>
        new(C.Start, (((C.Rows - 1) * C.Stride) + C.Columns) * C.Type.SizeInBytes());

    private MatrixView Allocate(int rows, int columns, int gap, DataType type, ref RandomStream random)
    {
        int stride = columns + gap, count = ((rows - 1) * stride) + columns;
        bool isBFloat16 = type == DataType.BFloat16;
        var memory = new GuardedMemory(isBFloat16 ? (count + 1) / 2 : count);
        _blocks.Add(memory);

        // The last element lies right before the guard.
        byte* data = (byte*)memory.Floats + (isBFloat16 && count % 2 != 0 ? sizeof(ushort) : 0);
        for (int index = 0; index < count; index++)
        {
            float value = index % stride < columns ? (2 * random.NextSingle()) - 1 : Gap;
            if (isBFloat16)
            {
                ((BFloat16*)data)[index] = (BFloat16)value;
            }
            else
            {
                ((float*)data)[index] = value;
            }
        }

        return new MatrixView(data, type, rows, columns, stride);
    }

    /// <summary>What the matrices hold; fp32 by default.</summary>
    /// <param name="A">Of A.</param>
    /// <param name="B">Of B.</param>
    /// <param name="C">Of C.</param>
    public readonly record struct ElementTypes(DataType A, DataType B, DataType C);
}
