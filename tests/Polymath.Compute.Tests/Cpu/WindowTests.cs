namespace Polymath.Compute.Tests.Cpu;

public sealed class WindowTests
{
    [Theory]
    [InlineData(1, 3, 1)]
    [InlineData(4, 1, 1)]
    [InlineData(4, 19, 2)]
    [InlineData(6, 37, 1)]
    [InlineData(6, 5, 3)]
    public void WindowsHoldTheirCellsAndTheirGradientComesBack(int side, int channels, int stride)
    {
        const int ImageCount = 3;
        var shape = new WindowShape(side, channels, stride);
        TestMatrix x = TestMatrix.Random(ImageCount * shape.PositionCount, channels, "x");
        TestMatrix dWindows = TestMatrix.Random(ImageCount * shape.WindowCount, shape.WindowWidth, "dy");
        double[] xs = x.ToDoubles(), dys = dWindows.ToDoubles();
        (int Window, int Position)[] cells = [.. Cells(shape, ImageCount)];
        var windows = new double[dys.Length];
        var dx = new double[xs.Length];
        foreach ((int window, int position) in cells)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                windows[(window * channels) + channel] = xs[(position * channels) + channel];
                dx[(position * channels) + channel] += dys[(window * channels) + channel];
            }
        }

        KernelCheck.Run(
            kernels =>
            {
                TestMatrix gathered = TestMatrix.Random(dWindows.Rows, dWindows.Columns, "w");
                TestMatrix sums = TestMatrix.Random(x.Rows, x.Columns, "dx");
                kernels.GatherWindows(shape, x.View, gathered.View);
                kernels.SumWindows(shape, dWindows.View, sums.View);
                return [gathered, sums];
            },
            1e-6, windows, dx);
    }

    [Fact]
    public void SumsOfBFloat16AreRoundedOnce()
    {
        // 256 + 1 + 1 + ... would stay 256 if every sum were rounded.
        var shape = new WindowShape(3, 17, 1);
        TestMatrix ones = TestMatrix.Of(9, shape.WindowWidth, (row, column) => row == 0 && column / 17 == 8 ? 256 : 1);
        KernelCheck.Run(
            kernels =>
            {
                HalfMatrix dx = new(new TestMatrix(9, 17)), windows = new(new TestMatrix(9, shape.WindowWidth));
                kernels.SumWindows(shape, new HalfMatrix(ones).View, dx.View);
                kernels.GatherWindows(shape, dx.View, windows.View);
                return [dx.Widened(), windows.Widened()];
            },
            0,
            [.. Sums().SelectMany(sum => Enumerable.Repeat(sum, 17))],
            [.. Cells(shape, 1).Aggregate(new double[9 * 9], (all, cell) =>
            {
                all[cell.Window] = Sums()[cell.Position];
                return all;
            }).SelectMany(sum => Enumerable.Repeat(sum, 17))]);

        static double[] Sums() => [4, 6, 4, 6, 264, 6, 4, 6, 4];
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        using var kernels = Polymath.Compute.Cpu.CpuKernels.Create(Polymath.Compute.Cpu.InstructionSets.Chosen, 1);
        TestMatrix x = new(16, 2), windows = new(16, 18);
        Assert.Throws<ArgumentException>(() => kernels.GatherWindows(new WindowShape(4, 2, 3), x.View, windows.View));
        Assert.Throws<ArgumentException>(() => kernels.GatherWindows(new WindowShape(4, 2, 2), x.View, windows.View));
        Assert.Throws<ArgumentException>(
            () => kernels.GatherWindows(new WindowShape(4, 2, 1), x.View, new HalfMatrix(windows).View));
    }

    // Which cell of the windows (counted over all of them) sees which position.
    private static IEnumerable<(int Window, int Position)> Cells(WindowShape shape, int imageCount) =>
        from image in Enumerable.Range(0, imageCount)
        from window in Enumerable.Range(0, shape.WindowCount)
        from cell in Enumerable.Range(0, 9)
        let y = (window / shape.WindowsPerRow * shape.Stride) + (cell / 3) - 1
        let x = (window % shape.WindowsPerRow * shape.Stride) + (cell % 3) - 1
        where y >= 0 && y < shape.Side && x >= 0 && x < shape.Side
        select (
            (((image * shape.WindowCount) + window) * 9) + cell, (image * shape.PositionCount) + (y * shape.Side) + x);
}
