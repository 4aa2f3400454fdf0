namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class NormalizationTests
{
    private const float Epsilon = 1e-5f;

    public static TheoryData<int, int> Shapes => KernelCheck.Shapes;

    [Theory]
    [MemberData(nameof(Shapes))]
    public void LayerNormAddsTheResidualAndItsBias(int rows, int columns)
    {
        TestMatrix x = TestMatrix.Random(rows, columns, "x", 3), delta = TestMatrix.Random(rows, columns, "delta");
        TestMatrix bias = TestMatrix.Vector(columns, "bias"), gain = TestMatrix.Vector(columns, "gain");
        TestMatrix shift = TestMatrix.Vector(columns, "shift");
        double[] deltaBias = bias.ToDoubles();
        double[] sum = [.. x.ToDoubles().Plus(delta.ToDoubles()).Select((v, index) => v + deltaBias[index % columns])];
        double[] y = Norm(
            sum, columns, gain.ToDoubles(), shift.ToDoubles(), true, out double[] mean, out double[] inverse);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix sums = new(rows, columns), ys = new(rows, columns);
                TestMatrix means = new(1, rows), inverses = new(1, rows);
                kernels.AddNormalize(
                    NormalizationKind.LayerNorm, x.View, delta.View, bias.Data, sums.View, gain.Data, shift.Data,
                    Epsilon, ys.View, means.Data, inverses.Data);
                return [sums, ys, means, inverses];
            },
            2e-5, sum, y, mean, inverse);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void RmsNormAloneLeavesTheSumUnwritten(int rows, int columns)
    {
        TestMatrix x = TestMatrix.Random(rows, columns, "x", 3), gain = TestMatrix.Vector(columns, "gain");
        double[] y = Norm(x.ToDoubles(), columns, gain.ToDoubles(), null, false, out _, out double[] inverse);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix sums = new(rows, columns), ys = new(rows, columns), inverses = new(1, rows);
                kernels.AddNormalize(
                    NormalizationKind.RmsNorm, x.View, null, null, sums.View, gain.Data, null, Epsilon, ys.View, null,
                    inverses.Data);
                return [sums, ys, inverses];
            },
            2e-6, new double[rows * columns], y, inverse);
    }

    [Fact]
    public void TheSumMayReplaceTheInput()
    {
        TestMatrix x = TestMatrix.Random(9, 40, "x"), delta = TestMatrix.Random(9, 40, "delta");
        TestMatrix gain = TestMatrix.Vector(40, "gain");
        double[] sum = x.ToDoubles().Plus(delta.ToDoubles());
        double[] y = Norm(sum, 40, gain.ToDoubles(), null, false, out _, out _);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix sums = x.Copy(), ys = new(9, 40), inverses = new(1, 9);
                kernels.AddNormalize(
                    NormalizationKind.RmsNorm, sums.View, delta.View, null, sums.View, gain.Data, null, Epsilon,
                    ys.View, null, inverses.Data);
                return [sums, ys];
            },
            2e-6, sum, y);
    }

    [Fact]
    public void ALargeMeanCostsNoAccuracyOfTheDeviation()
    {
        TestMatrix x = TestMatrix.Of(2, 300, (row, column) => 1000 + (((column * 7) + row) % 13 * 0.125));
        TestMatrix gain = TestMatrix.Of(1, 300, (_, _) => 1);
        _ = Norm(x.ToDoubles(), 300, gain.ToDoubles(), null, true, out _, out double[] inverse);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix ys = new(2, 300), means = new(1, 2), inverses = new(1, 2);
                kernels.AddNormalize(
                    NormalizationKind.LayerNorm, x.View, null, null, x.View, gain.Data, null, Epsilon, ys.View,
                    means.Data, inverses.Data);
                return [inverses];
            },
            1e-5, inverse);
    }

    [Theory]
    [InlineData(NormalizationKind.LayerNorm, true, true, 5, 37)]
    [InlineData(NormalizationKind.LayerNorm, true, false, 150, 6)]
    [InlineData(NormalizationKind.LayerNorm, false, true, 3, 32)]
    [InlineData(NormalizationKind.RmsNorm, true, false, 5, 37)]
    [InlineData(NormalizationKind.RmsNorm, false, true, 150, 6)]
    public void GradientsEqualFiniteDifferences(
        NormalizationKind kind, bool accumulate, bool hasDeltaBias, int rows, int columns)
    {
        bool centre = kind == NormalizationKind.LayerNorm;
        TestMatrix x = TestMatrix.Random(rows, columns, "x", 2), dy = TestMatrix.Random(rows, columns, "dy");
        TestMatrix gain = TestMatrix.Vector(columns, "gain", 2), shift = TestMatrix.Vector(columns, "shift");
        TestMatrix before = TestMatrix.Random(rows, columns, "dx"), parameter = TestMatrix.Vector(columns, "parameter");
        double[] xs = x.ToDoubles(), gains = gain.ToDoubles(), dys = dy.ToDoubles(), held = parameter.ToDoubles();
        double[]? shifts = centre ? shift.ToDoubles() : null;
        _ = Norm(xs, columns, gains, shifts, centre, out double[] mean, out double[] inverse);
        double[] dx = Differences.Gradient(
            v => Norm(v, columns, gains, shifts, centre, out _, out _), xs, dys);
        dx = accumulate ? dx.Plus(before.ToDoubles()) : dx;
        double[] dGain = Differences.Gradient(v => Norm(xs, columns, v, shifts, centre, out _, out _), gains, dys);
        TestMatrix means = TestMatrix.Of(1, rows, (_, row) => mean[row]);
        TestMatrix inverses = TestMatrix.Of(1, rows, (_, row) => inverse[row]);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix dxs = before.Copy(), dGains = parameter.Copy(), dShifts = parameter.Copy();
                TestMatrix dDeltaBiases = parameter.Copy(), dDelta = before.Copy();
                kernels.NormalizeBackward(
                    kind, x.View, dy.View, gain.Data, centre ? means.Data : null, inverses.Data, dxs.View, accumulate,
                    dDelta.View, dGains.Data, centre ? dShifts.Data : null, hasDeltaBias ? dDeltaBiases.Data : null);
                return [dxs, dDelta, dGains, dShifts, dDeltaBiases];
            },
            2e-5,
            dx,
            dx,
            held.Plus(dGain),
            centre ? held.Plus(dys.ColumnSums(columns)) : held,
            hasDeltaBias ? held.Plus(dx.ColumnSums(columns)) : held);
    }

    [Theory]
    [InlineData(3, 2, 8)]
    [InlineData(70, 3, 5)]
    [InlineData(2, 4, 64)]
    public void HeadsAreNormalizedByThemselvesForwardAndBackward(int rows, int heads, int headWidth)
    {
        int columns = heads * headWidth;
        TestMatrix x = TestMatrix.Random(rows, columns, "x", 2), dy = TestMatrix.Random(rows, columns, "dy");
        TestMatrix gain = TestMatrix.Vector(headWidth, "gain", 2), before = TestMatrix.Vector(headWidth, "before");
        double[] xs = x.ToDoubles(), gains = gain.ToDoubles(), dys = dy.ToDoubles();
        double[] y = Norm(xs, headWidth, gains, null, false, out _, out double[] inverse);
        double[] dx = Differences.Gradient(v => Norm(v, headWidth, gains, null, false, out _, out _), xs, dys);
        double[] dGain = Differences.Gradient(v => Norm(xs, headWidth, v, null, false, out _, out _), gains, dys);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix ys = new(rows, columns), inverses = new(1, rows * heads);
                kernels.NormalizeHeads(x.View, headWidth, gain.Data, Epsilon, ys.View, inverses.Data);
                TestMatrix dxs = dy.Copy(), dGains = before.Copy();
                kernels.NormalizeHeadsBackward(x.View, headWidth, gain.Data, inverses.Data, dxs.View, dGains.Data);
                return [ys, inverses, dxs, dGains];
            },
            2e-5, y, inverse, dx, before.ToDoubles().Plus(dGain));
    }

    // Rows of the given width, normalised by themselves.
    private static double[] Norm(
        double[] x, int width, double[] gain, double[]? shift, bool centre, out double[] mean, out double[] inverse)
    {
        var y = new double[x.Length];
        mean = new double[x.Length / width];
        inverse = new double[x.Length / width];
        for (int row = 0; row < mean.Length; row++)
        {
            double[] values = x[(row * width)..((row + 1) * width)];
            mean[row] = centre ? values.Average() : 0;
            double centreOfRow = mean[row];
            inverse[row] = 1 / Math.Sqrt(values.Average(v => (v - centreOfRow) * (v - centreOfRow)) + Epsilon);
            for (int column = 0; column < width; column++)
            {
                y[(row * width) + column] =
                    ((values[column] - centreOfRow) * inverse[row] * gain[column]) + (shift?[column] ?? 0);
            }
        }

        return y;
    }
}
