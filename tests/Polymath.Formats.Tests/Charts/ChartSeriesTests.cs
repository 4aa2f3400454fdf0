using Polymath.Formats.Charts;
using Polymath.Formats.Images;

namespace Polymath.Formats.Tests.Charts;

public sealed class ChartSeriesTests
{
    [Fact]
    public void RunsEndAtWhatCannotBeShown()
    {
        ChartSeries series = new("a", [1, 2, 3, 4, 5, 0, 7], [1, double.NaN, 3, 4, double.PositiveInfinity, 6, 7]);
        List<List<ChartPoint>> runs = series.Runs(AxisScale.Logarithmic, AxisScale.Linear, (x, y) => new(10 * x, y));
        Assert.Equal([[new(10, 1)], [new(30, 3), new(40, 4)], [new(70, 7)]], runs);
        Assert.Equal([1.0, 3, 4, 7], series.Shown(AxisScale.Logarithmic, AxisScale.Linear).Select(point => point.X));
    }

    [Fact]
    public void OfAColumnFirstLowestHighestAndLastStayInOrder()
    {
        double[] ys = [5, 7, 1, 9, 4, 6];
        ChartSeries series = new("a", [0.1, 0.2, 0.3, 0.4, 0.5, 1.5], ys);
        List<ChartPoint> run = Assert.Single(series.Runs(AxisScale.Linear, AxisScale.Linear, (x, y) => new(x, y)));
        Assert.Equal([5.0, 1, 9, 4, 6], run.Select(point => point.Y));
    }

    [Fact]
    public void ThinningHardlyChangesTheDrawnCurve()
    {
        double[] xs = [.. Enumerable.Range(0, 20_000).Select(i => i / 50.0)];
        double[] ys = [.. xs.Select(x => 100 + (60 * Math.Sin(x / 40)) + (20 * Math.Sin(x * 31)))];
        List<ChartPoint> all = [.. xs.Zip(ys, (x, y) => new ChartPoint(x, y))];
        ChartSeries series = new("a", xs, ys);
        List<ChartPoint> thin = Assert.Single(series.Runs(AxisScale.Linear, AxisScale.Linear, (x, y) => new(x, y)));
        Assert.InRange(thin.Count, 400, 4 * 400);
        byte[] expected = Draw(all);
        byte[] actual = Draw(thin);
        for (int i = 0; i < expected.Length; i++)
        {
            // What one draws fully, the other may at most soften.
            Assert.True(Math.Abs(expected[i] - actual[i]) < 255, $"byte {i}: {expected[i]} and {actual[i]}");
        }

        Assert.InRange(actual.Sum(value => (double)value) / expected.Sum(value => (double)value), 0.98, 1.001);
    }

    private static byte[] Draw(List<ChartPoint> points)
    {
        RgbImage image = new(400, 200);
        Canvas canvas = new(image);
        canvas.AddPolyline([.. points], 2, canvas.Whole);
        canvas.Paint(new ChartColour(255, 255, 255));
        return image.Pixels.ToArray();
    }
}
