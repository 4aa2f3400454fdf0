using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class ActivationTests
{
    public static TheoryData<int, int> Shapes => KernelCheck.Shapes;

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GeluFollowsTheTanhFormula(int rows, int columns)
    {
        TestMatrix x = TestMatrix.Random(rows, columns, "x", 6);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix ys = new(rows, columns);
                kernels.Gelu(x.View, ys.View);
                return [ys];
            },
            5e-7, Gelu(x.ToDoubles()));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GeluBackwardEqualsFiniteDifferencesAndAddsItsColumnSums(int rows, int columns)
    {
        TestMatrix x = TestMatrix.Random(rows, columns, "x", 4), dy = TestMatrix.Random(rows, columns, "dy");
        TestMatrix before = TestMatrix.Vector(columns, "before");
        double[] dx = RowWiseGradient(x.ToDoubles(), dy.ToDoubles(), Gelu);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix dxs = dy.Copy(), dxsWithoutBias = dy.Copy(), dBias = before.Copy();
                kernels.GeluBackward(x.View, dxs.View, dBias.Data);
                kernels.GeluBackward(x.View, dxsWithoutBias.View, null);
                return [dxs, dxsWithoutBias, dBias];
            },
            2e-6, dx, dx, before.ToDoubles().Plus(dx.ColumnSums(columns)));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SwiGluMultipliesTheGateIntoTheOtherHalf(int rows, int columns)
    {
        TestMatrix x = TestMatrix.Random(rows, 2 * columns, "x", 5);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix ys = new(rows, columns);
                kernels.SwiGlu(x.View, ys.View);
                return [ys];
            },
            1e-6, SwiGlu(x.ToDoubles(), columns));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SwiGluBackwardEqualsFiniteDifferencesAndAddsItsColumnSums(int rows, int columns)
    {
        TestMatrix x = TestMatrix.Random(rows, 2 * columns, "x", 4), dy = TestMatrix.Random(rows, columns, "dy");
        TestMatrix before = TestMatrix.Vector(2 * columns, "before");
        double[] xs = x.ToDoubles(), dys = dy.ToDoubles();
        double[] dx = [.. Enumerable.Range(0, rows).SelectMany(row => Differences.Gradient(
            v => SwiGlu(v, columns), xs[(2 * row * columns)..(2 * (row + 1) * columns)],
            dys[(row * columns)..((row + 1) * columns)]))];
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix dxs = new(rows, 2 * columns), dxsWithoutBias = new(rows, 2 * columns), dBias = before.Copy();
                kernels.SwiGluBackward(x.View, dy.View, dxs.View, dBias.Data);
                kernels.SwiGluBackward(x.View, dy.View, dxsWithoutBias.View, null);
                return [dxs, dxsWithoutBias, dBias];
            },
            2e-6, dx, dx, before.ToDoubles().Plus(dx.ColumnSums(2 * columns)));
    }

    [Fact]
    public void ActivationsOfExtremeInputsAreFinite()
    {
        float[] extremes = [-1e30f, -1e10f, -1e4f, -100, 100, 1e4f, 1e10f];
        TestMatrix x = TestMatrix.Of(1, extremes.Length, (_, column) => extremes[column]);

        // The derivative squares its argument: 1e30 is beyond its range.
        TestMatrix squarable = TestMatrix.Of(1, extremes.Length, (_, column) => extremes[Math.Max(column, 1)]);
        double[] expected = [.. extremes.Select(v => v < 0 ? 0.0 : v)];
        double[] slopes = [.. extremes.Select(v => v < 0 ? 0.0 : 1)];
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix ys = new(1, extremes.Length), dys = TestMatrix.Of(1, extremes.Length, (_, _) => 1);
                kernels.Gelu(x.View, ys.View);
                kernels.GeluBackward(squarable.View, dys.View, null);
                return [ys, dys];
            },
            1e-6, expected, slopes);
    }

    [Fact]
    public void WhatIsNotANumberStaysSo()
    {
        TestMatrix x = TestMatrix.Of(1, 21, (_, column) => column % 4 == 0 ? double.NaN : 1);
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            using var kernels = CpuKernels.Create(set, 1);
            TestMatrix y = new(1, 21);
            kernels.Gelu(x.View, y.View);
            double[] ys = y.ToDoubles();
            for (int column = 0; column < ys.Length; column++)
            {
                Assert.Equal(column % 4 == 0, double.IsNaN(ys[column]));
            }
        }
    }

    private static double[] Gelu(double[] x) =>
        [.. x.Select(v => 0.5 * v * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + (0.044715 * v * v * v)))))];

    private static double[] SwiGlu(double[] x, int columns) =>
        [.. Enumerable.Range(0, x.Length / 2).Select(index =>
        {
            int gate = (index / columns * 2 * columns) + (index % columns);
            return x[gate] / (1 + Math.Exp(-x[gate])) * x[gate + columns];
        })];

    // Each output depends on its own input alone, so one difference serves for all.
    private static double[] RowWiseGradient(double[] x, double[] dy, Func<double[], double[]> function) =>
        [.. x.Select((v, index) => Differences.Gradient(function, [v], [dy[index]])[0])];
}
