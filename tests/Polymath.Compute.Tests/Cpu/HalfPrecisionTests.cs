using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

/// <summary>
/// Kernels over bf16 compute in fp32 and round what they write once: from inputs that bf16 holds exactly they must give
/// what they give over fp32, rounded, to the bit.
/// </summary>
public sealed unsafe class HalfPrecisionTests
{
    public static TheoryData<int, int> Shapes => KernelCheck.Shapes;

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Activations(int rows, int columns)
    {
        TestMatrix x = Exact(rows, columns, "x", 4), y = Exact(rows, columns, "y"), dBias = TestMatrix.Vector(columns, "b");
        Check([x, y, dBias], (kernels, m) => kernels.Gelu(m[0].View, m[1].View), halves: 2);
        Check([x, y, dBias], (kernels, m) => kernels.GeluBackward(m[0].View, m[1].View, m[2].Float.Data), halves: 2);
        TestMatrix wide = Exact(rows, 2 * columns, "wide", 4), dWide = Exact(rows, 2 * columns, "dWide");
        TestMatrix wideBias = TestMatrix.Vector(2 * columns, "wide bias");
        Check([wide, y], (kernels, m) => kernels.SwiGlu(m[0].View, m[1].View), halves: 2);
        Check(
            [wide, y, dWide, wideBias],
            (kernels, m) => kernels.SwiGluBackward(m[0].View, m[1].View, m[2].View, m[3].Float.Data), halves: 3);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Norms(int rows, int columns)
    {
        TestMatrix y = Exact(rows, columns, "y"), delta = Exact(rows, columns, "delta");
        TestMatrix x = TestMatrix.Random(rows, columns, "x"), sum = new(rows, columns);
        TestMatrix gain = TestMatrix.Vector(columns, "gain"), bias = TestMatrix.Vector(columns, "bias");
        TestMatrix mean = TestMatrix.Vector(rows, "mean"), inverse = TestMatrix.Vector(rows, "inverse");
        Check(
            [y, delta, x, sum, gain, bias, mean, inverse],
            (kernels, m) => kernels.AddNormalize(
                NormalizationKind.LayerNorm, m[2].View, m[1].View, m[5].Float.Data, m[3].View, m[4].Float.Data,
                m[5].Float.Data, 1e-5f, m[0].View, m[6].Float.Data, m[7].Float.Data),
            halves: 2);
        Check(
            [y, delta, x, sum, gain, bias.Copy(), mean, inverse, bias],
            (kernels, m) => kernels.NormalizeBackward(
                NormalizationKind.LayerNorm, m[2].View, m[0].View, m[4].Float.Data, m[6].Float.Data, m[7].Float.Data,
                m[3].View, accumulate: true, m[1].View, m[5].Float.Data, m[8].Float.Data, m[8].Float.Data),
            halves: 2);
    }

    [Theory]
    [InlineData(3, 2, 8)]
    [InlineData(70, 3, 6)]
    [InlineData(2, 4, 64)]
    public void Heads(int rows, int heads, int width)
    {
        TestMatrix x = Exact(rows, heads * width, "x"), y = Exact(rows, heads * width, "y");
        TestMatrix gain = TestMatrix.Vector(width, "gain"), inverse = TestMatrix.Vector(rows * heads, "inverse");
        TestMatrix table = TestMatrix.Random(rows, width, "table"), dGain = TestMatrix.Vector(width, "dGain");
        Check(
            [x, y, gain, inverse],
            (kernels, m) => kernels.NormalizeHeads(
                m[0].View, width, m[2].Float.Data, 1e-5f, m[1].View, m[3].Float.Data),
            halves: 2);
        Check(
            [x, y, gain, inverse, dGain],
            (kernels, m) => kernels.NormalizeHeadsBackward(
                m[0].View, width, m[2].Float.Data, m[3].Float.Data, m[1].View, m[4].Float.Data),
            halves: 2);
        int[] positions = [.. Enumerable.Range(0, rows).Reverse()];
        Check(
            [x, table],
            (kernels, m) =>
            {
                fixed (int* position = positions)
                {
                    kernels.Rotate(m[0].View, width, position, m[1].View, inverse: true);
                }
            },
            halves: 1);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SumsAndCopies(int rows, int columns)
    {
        TestMatrix x = Exact(rows, columns, "x"), y = TestMatrix.Random(rows, columns, "y");
        Check([x, y], (kernels, m) => kernels.Copy(m[0].View, m[1].View), halves: 1);
        Check([x, y], (kernels, m) => kernels.Copy(m[1].View, m[0].View), halves: 1);
        Check([x, y], (kernels, m) => kernels.Copy(m[1].View, m[0].View), halves: 2);
        TestMatrix sums = TestMatrix.Vector(columns, "sums");
        Check([x, sums], (kernels, m) => kernels.AddColumnSums(m[0].View, m[1].Float.Data), halves: 1);
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(3, 64)]
    [InlineData(2, 9037)]
    public void CrossEntropy(int rows, int columns)
    {
        TestMatrix logits = Exact(rows, columns, "logits", 4), losses = new(1, rows);
        int[] targets = [.. Enumerable.Range(0, rows).Select(row => row % 3 == 2 ? -1 : row * 7 % columns)];
        Check(
            [logits, losses],
            (kernels, m) =>
            {
                fixed (int* target = targets)
                {
                    kernels.CrossEntropy(m[0].View, target, 0.25f, m[1].Float.Data);
                }
            },
            halves: 1);
    }

    private static TestMatrix Exact(int rows, int columns, string name, float scale = 1) =>
        new HalfMatrix(TestMatrix.Random(rows, columns, name, scale)).Widened();

    private static TestMatrix Rounded(TestMatrix matrix) => new HalfMatrix(matrix).Widened();

    // The first matrices are stored as bf16; all are compared when the kernel is done.
    private static void Check(TestMatrix[] matrices, Action<CpuKernels, Argument[]> compute, int halves)
    {
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            using var kernels = CpuKernels.Create(set, 1);
            Argument[] floats = [.. matrices.Select(matrix => new Argument(matrix.Copy(), null))];
            Argument[] mixed =
            [
                .. matrices.Select((matrix, index) => index < halves
                    ? new Argument(matrix, new HalfMatrix(matrix))
                    : new Argument(matrix.Copy(), null)),
            ];
            for (int index = 0; index < halves; index++)
            {
                floats[index] = new Argument(Rounded(matrices[index]), null);
            }

            compute(kernels, floats);
            compute(kernels, mixed);
            for (int index = 0; index < matrices.Length; index++)
            {
                Assert.Equal(
                    (index < halves ? Rounded(floats[index].Float) : floats[index].Float).ToDoubles(),
                    mixed[index].Result.ToDoubles());
            }
        }
    }

    private sealed record Argument(TestMatrix Float, HalfMatrix? Half)
    {
        public MatrixView View => Half?.View ?? Float.View;

        public TestMatrix Result => Half?.Widened() ?? Float;
    }
}
