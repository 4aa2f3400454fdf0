using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class ElementwiseTests
{
    // Around the vectors' widths and the size of a tile (32768).
    public static TheoryData<int> Counts => [1, 7, 16, 100, 32768, 70001];

    [Theory]
    [MemberData(nameof(Counts))]
    public void FillBlendAndSumOfSquaresReachEveryElement(int count)
    {
        TestMatrix x = TestMatrix.Vector(count, "x"), y = TestMatrix.Vector(count, "y");
        double[] xs = x.ToDoubles(), ys = y.ToDoubles();
        double[] blended = [.. ys.Select((v, index) => (0.75 * v) - (0.5 * xs[index]))];
        double squares = (double)xs.Sum(v => (decimal)(v * v));
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix filled = new(1, count), sum = y.Copy(), total = new(1, 2);
                kernels.Fill(filled.Data, count, 1.5f);
                kernels.Blend(sum.Data, 0.75f, x.Data, -0.5f, count);
                double found = kernels.SumOfSquares(x.Data, count);
                Assert.Equal(squares, found, squares * 1e-13);
                total.Data[0] = (float)found;
                total.Data[1] = (float)(found - (float)found);
                return [filled, sum, total];
            },
            1e-6, [.. Enumerable.Repeat(1.5, count)], blended, [(float)squares, squares - (float)squares]);
    }

    [Fact]
    public void SquaresBeyondTheRangeOfSinglePrecisionAreSummed()
    {
        TestMatrix x = TestMatrix.Of(1, 50, (_, _) => 1e30f);
        using var kernels = CpuKernels.Create(InstructionSets.Chosen, 1);
        Assert.Equal(1, kernels.SumOfSquares(x.Data, 50) / (50 * (double)1e30f * 1e30f), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ColumnSumsAreAddedToWhatIsThere(int rows, int columns)
    {
        TestMatrix x = TestMatrix.Random(rows, columns, "x"), before = TestMatrix.Vector(columns, "before");
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix sums = before.Copy();
                kernels.AddColumnSums(x.View, sums.Data);
                return [sums];
            },
            1e-6, before.ToDoubles().Plus(x.ToDoubles().ColumnSums(columns)));
    }

    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 1 }, { 5, 37 }, { 300, 300 }, { 5000, 3 }, { 64, 257 },
    };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(37, 3)]
    [InlineData(40000, 1000)]
    public void AdamWFollowsItsPaper(int count, long stepNumber)
    {
        var step = new AdamWStep(0.01f, 0.9f, 0.99f, 1e-6f, 0.1f, stepNumber, 0.5f);
        TestMatrix p = TestMatrix.Vector(count, "p"), g = TestMatrix.Vector(count, "g");
        TestMatrix m = TestMatrix.Vector(count, "m", 0.1f), v = TestMatrix.Vector(count, "v", 0.1f);
        for (int index = 0; index < count; index++)
        {
            v.Data[index] = Math.Abs(v.Data[index]);
        }

        double[] ps = p.ToDoubles(), gs = g.ToDoubles(), ms = m.ToDoubles(), vs = v.ToDoubles();
        double beta1 = step.Beta1, beta2 = step.Beta2;
        for (int index = 0; index < count; index++)
        {
            double gradient = gs[index] * step.GradientScale;
            ms[index] = (beta1 * ms[index]) + ((1 - beta1) * gradient);
            vs[index] = (beta2 * vs[index]) + ((1 - beta2) * gradient * gradient);
            double mean = ms[index] / (1 - Math.Pow(beta1, stepNumber));
            double deviation = Math.Sqrt(vs[index] / (1 - Math.Pow(beta2, stepNumber)));
            ps[index] -= step.LearningRate * ((mean / (deviation + step.Epsilon)) + (step.WeightDecay * ps[index]));
        }

        KernelCheck.Run(
            kernels =>
            {
                TestMatrix newP = p.Copy(), newM = m.Copy(), newV = v.Copy();
                kernels.AdamW(step, newP.Data, g.Data, newM.Data, newV.Data, count);
                return [newP, newM, newV, g];
            },
            1e-6, ps, ms, vs, gs);
    }
}
