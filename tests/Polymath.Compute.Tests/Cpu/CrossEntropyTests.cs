using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class CrossEntropyTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 5)]
    [InlineData(3, 64)]
    [InlineData(2, 1037)]
    [InlineData(200, 33)]
    public void LossesAndGradientsOfEveryRow(int rows, int columns)
    {
        TestMatrix logits = TestMatrix.Random(rows, columns, "logits", 4);
        double[] xs = logits.ToDoubles(), expected = new double[rows], gradient = new double[xs.Length];
        int[] targets = [.. Enumerable.Range(0, rows).Select(row => row % 3 == 2 ? -1 : row * 7 % columns)];
        for (int row = 0; row < rows; row++)
        {
            int target = targets[row];
            double[] x = xs[(row * columns)..((row + 1) * columns)];
            if (target >= 0)
            {
                expected[row] = Loss(x, target);
                Differences.Gradient(v => [Loss(v, target)], x, [0.25]).CopyTo(gradient, row * columns);
            }
        }

        KernelCheck.Run(
            kernels =>
            {
                TestMatrix trained = logits.Copy(), examined = logits.Copy();
                TestMatrix losses = new(1, rows), examinedLosses = new(1, rows);
                fixed (int* target = targets)
                {
                    kernels.CrossEntropy(trained.View, target, 0.25f, losses.Data);
                    kernels.CrossEntropy(examined.View, target, 0, examinedLosses.Data);
                }

                return [losses, trained, examinedLosses, examined];
            },
            2e-6, expected, gradient, expected, xs);
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(-1e4)]
    [InlineData(3e38)]
    [InlineData(-3e38)]
    public void ExtremeLogitsGiveFiniteLossesAndGradients(double extreme)
    {
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix logits = TestMatrix.Of(2, 40, (row, column) => column == 3 ? extreme : row);
                TestMatrix losses = new(1, 2);
                int* targets = stackalloc int[] { 3, 7 };
                kernels.CrossEntropy(logits.View, targets, 1, losses.Data);
                Assert.All(losses.ToDoubles(), loss => Assert.True(double.IsFinite(loss)));
                Assert.All(logits.ToDoubles(), gradient => Assert.InRange(gradient, -1, 1));
                return [losses];
            },
            1e-6, [Loss(extreme, 0, 3), Loss(extreme, 1, 7)]);
    }

    [Fact]
    public void ALogitThatIsNotANumberShowsInTheLoss()
    {
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            for (int at = 0; at < 37; at++)
            {
                using var kernels = CpuKernels.Create(set, 1);
                TestMatrix logits = TestMatrix.Of(1, 37, (_, column) => column == at ? double.NaN : 1);
                TestMatrix losses = new(1, 1);
                int target = 0;
                kernels.CrossEntropy(logits.View, &target, 0, losses.Data);
                Assert.True(double.IsNaN(losses.ToDoubles()[0]), $"{set}, column {at}");
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 5)]
    [InlineData(3, 64)]
    [InlineData(2, 4101)]
    [InlineData(200, 10)]
    public void LossesAndGradientsAgainstDistributions(int rows, int columns)
    {
        TestMatrix logits = TestMatrix.Random(rows, columns, "logits", 4);
        TestMatrix targets = TestMatrix.Of(rows, columns, (row, column) => (row + column) % 3 == 0 ? 0 : 1.5 / (1 + column));
        double[] xs = logits.ToDoubles(), ts = targets.ToDoubles(), expected = new double[rows], gradient = new double[xs.Length];
        for (int row = 0; row < rows; row++)
        {
            double[] x = xs[(row * columns)..((row + 1) * columns)], t = ts[(row * columns)..((row + 1) * columns)];
            expected[row] = Loss(x, t);
            double weight = t.Sum(), sum = x.Sum(Math.Exp);
            double[] exact = [.. x.Zip(t, (logit, target) => 0.25 * ((weight * Math.Exp(logit) / sum) - target))];
            exact.CopyTo(gradient, row * columns);
            if (columns < 100)
            {
                KernelCheck.Close(Differences.Gradient(v => [Loss(v, t)], x, [0.25]), exact, 1e-8, "the formula");
            }
        }

        KernelCheck.Run(
            kernels =>
            {
                TestMatrix trained = logits.Copy(), examined = logits.Copy();
                TestMatrix losses = new(1, rows), examinedLosses = new(1, rows);
                kernels.CrossEntropy(trained.View, targets.View, 0.25f, losses.Data);
                kernels.CrossEntropy(examined.View, targets.View, 0, examinedLosses.Data);
                return [losses, trained, examinedLosses, examined];
            },
            2e-6, expected, gradient, expected, xs);
    }

    private static double Loss(double[] x, double[] t) =>
        x.Zip(t, (logit, target) => target * (Math.Log(x.Sum(Math.Exp)) - logit)).Sum();

    private static double Loss(double extreme, double others, int target)
    {
        double[] x = [.. Enumerable.Range(0, 40).Select(column => column == 3 ? (float)extreme : others)];
        return Loss(x, target);
    }

    private static double Loss(double[] x, int target)
    {
        double max = x.Max();
        return max + Math.Log(x.Sum(v => Math.Exp(v - max))) - x[target];
    }
}
