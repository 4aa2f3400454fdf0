using CsCheck;
using Polymath.Formats.Charts;
using Polymath.Formats.Images;
using Polymath.Formats.Tests.Images;

namespace Polymath.Formats.Tests.Charts;

public sealed class LineChartTests
{
    // The first colour of the palette.
    private static readonly byte[] Blue = [0x25, 0x63, 0xb0];

    [Fact]
    public void AStraightLineIsStraightFromCornerToCorner()
    {
        RgbImage image = Render([0, 10], [0, 10]);
        (int Left, int Top, int Right, int Bottom) box = Box(image);
        Assert.True(box.Right - box.Left > 900 && box.Bottom - box.Top > 500, $"{box}");
        for (int x = box.Left + 3; x < box.Right - 3; x++)
        {
            double share = (x - box.Left) / (double)(box.Right - box.Left);
            double expected = box.Bottom - (share * (box.Bottom - box.Top));
            Assert.InRange(Centre(image, x), expected - 2, expected + 2);
        }
    }

    [Fact]
    public void ALogarithmicAxisSpreadsRatiosEqually()
    {
        RgbImage image = Render([1, 10, 100, 1000], [0, 1, 2, 3], AxisScale.Logarithmic);
        (int Left, int Top, int Right, int Bottom) box = Box(image);
        double middle = Centre(image, (box.Left + box.Right) / 2);
        Assert.InRange(middle, ((box.Top + box.Bottom) / 2.0) - 2, ((box.Top + box.Bottom) / 2.0) + 2);
    }

    [Fact]
    public void CurvesAreTwoPixelsWide()
    {
        RgbImage image = Render([0, 10], [5.1, 5.1]);
        (int Left, int Top, int Right, int Bottom) box = Box(image);
        int x = (box.Left + box.Right) / 2 + 7;
        double width = Enumerable.Range(box.Top - 3, 9).Sum(y => Coverage(image[x, y]));
        Assert.InRange(width, 1.9, 2.1);
    }

    [Fact]
    public void NanIsAGap()
    {
        RgbImage image = Render([0, 4, 5, 6, 10], [1, 1, double.NaN, 1, 1]);
        (int Left, int Top, int Right, int Bottom) box = Box(image);
        Assert.False(HasCurve(image, At(0.5)));
        Assert.True(HasCurve(image, At(0.3)));
        Assert.True(HasCurve(image, At(0.7)));

        int At(double share) => box.Left + (int)(share * (box.Right - box.Left));
    }

    [Fact]
    public void APointBetweenGapsIsADisc()
    {
        (int Left, int Top, int Right, int Bottom) box = Box(Render([4, 5, 6], [double.NaN, 1, double.NaN]));
        Assert.InRange(box.Right - box.Left + 1, 5, 7);
        Assert.InRange(box.Bottom - box.Top + 1, 5, 7);
    }

    [Fact]
    public void EqualInputGivesEqualBytes()
    {
        using TemporaryFolder folder = new();
        foreach (string name in new[] { "a.png", "b.png" })
        {
            LineChart chart = new() { Title = "Loss", XLabel = "step", YLabel = "nats" };
            chart.Add("training", [0, 1, 2], [3, 2, 1.5]);
            chart.Add("validation", [0, 2], [3.1, 1.7]);
            chart.SavePng(folder[name]);
        }

        byte[] bytes = File.ReadAllBytes(folder["a.png"]);
        Assert.Equal(bytes, File.ReadAllBytes(folder["b.png"]));
        PngImage image = PngReader.Read(bytes);
        Assert.Equal((1200, 700), (image.Width, image.Height));
        Assert.Equal([255, 255, 255], image[0, 0].ToArray());
    }

    [Fact]
    public void TitleLabelsAndLegendLeaveInkInTheirPlaces()
    {
        RgbImage full = Labelled("Title", "x label", "y label", "name");
        RgbImage bare = Labelled(" ", " ", " ", " ");
        Assert.InRange(Ink(full, 20, 20, 120, 60), 100, 1000);
        Assert.InRange(Ink(full, 500, 650, 700, 690), 50, 500);
        Assert.InRange(Ink(full, 20, 200, 45, 500), 50, 500);
        Assert.InRange(Ink(full, 62, 60, 200, 90), 50, 500);
        Assert.Equal(0, Ink(bare, 20, 20, 120, 60) + Ink(bare, 500, 650, 700, 690) + Ink(bare, 20, 200, 45, 500));
        Assert.Equal(0, Ink(bare, 62, 60, 200, 90));
        Assert.Contains(Enumerable.Range(60, 30), y => full[40, y].SequenceEqual(Blue));
    }

    [Fact]
    public void DegenerateInputDrawsSomethingAndNeverCrashes()
    {
        double[] all =
        [
            double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.MinValue,
            double.Epsilon, 0, -0.0, 1, -1, 1e300, -1e300, 1e-300, 5,
        ];
        Gen<double> odd = Gen.Int[0, all.Length - 1].Select(i => all[i]);
        Gen<double[]> values = odd.Array[3];
        Gen.Select(values, values, Gen.Enum<AxisScale>(), Gen.Enum<AxisScale>()).Sample((xs, ys, xScale, yScale) =>
        {
            LineChart chart = new() { XScale = xScale, YScale = yScale, Width = 300, Height = 200, Title = "odd" };
            chart.Add("a", xs, ys);
            chart.Add("", ys, xs);
            RgbImage image = chart.Render();
            Assert.True(Ink(image, 0, 0, 300, 200) > 0);
        }, iter: 300);
    }

    [Fact]
    public void EmptyChartsAndSeriesAreDrawn()
    {
        Assert.True(Ink(new LineChart().Render(), 0, 0, 1200, 700) > 0);
        LineChart chart = new() { XScale = AxisScale.Logarithmic, YScale = AxisScale.Logarithmic };
        chart.Add("none", [], []);
        Assert.True(Ink(chart.Render(), 0, 0, 1200, 700) > 0);
    }

    [Fact]
    public void LongTextsStayWithinTheImage()
    {
        string text = new('W', 500);
        LineChart chart = new() { Title = text, XLabel = text, YLabel = text, Width = 200, Height = 200 };
        for (int i = 0; i < 12; i++)
        {
            chart.Add(text, [0, 1], [0, i]);
        }

        RgbImage image = chart.Render();
        Assert.Equal((200, 200), (image.Width, image.Height));
    }

    [Fact]
    public void SizesOutOfRangeAndUnequalCountsAreErrors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LineChart { Width = 199 }.Render());
        Assert.Throws<ArgumentOutOfRangeException>(() => new LineChart { Height = 10_001 }.Render());
        Assert.Throws<ArgumentException>(() => new LineChart().Add("a", [1], [1, 2]));
    }

    private static RgbImage Render(double[] xs, double[] ys, AxisScale xScale = AxisScale.Linear)
    {
        LineChart chart = new() { XScale = xScale };
        chart.Add("", xs, ys);
        return chart.Render();
    }

    private static RgbImage Labelled(string title, string xLabel, string yLabel, string name)
    {
        LineChart chart = new() { Title = title, XLabel = xLabel, YLabel = yLabel };
        chart.Add(name, [0, 1], [0, 1]);
        return chart.Render();
    }

    /// <summary>How much of a pixel the curve covers: only it is blue, all else is grey or nearly so.</summary>
    private static double Coverage(ReadOnlySpan<byte> pixel) =>
        Math.Clamp((pixel[2] - pixel[0]) / (double)(Blue[2] - Blue[0]), 0, 1);

    private static bool IsCurve(RgbImage image, int x, int y) => Coverage(image[x, y]) > 0.3;

    private static bool HasCurve(RgbImage image, int x) => Rows(image).Any(y => IsCurve(image, x, y));

    private static double Centre(RgbImage image, int x) =>
        Rows(image).Where(y => IsCurve(image, x, y)).Average();

    private static (int Left, int Top, int Right, int Bottom) Box(RgbImage image)
    {
        int[] columns = [.. Enumerable.Range(0, image.Width).Where(x => HasCurve(image, x))];
        int[] rows = [.. Rows(image).Where(y => columns.Any(x => IsCurve(image, x, y)))];
        return (columns[0], rows[0], columns[^1], rows[^1]);
    }

    private static IEnumerable<int> Rows(RgbImage image) => Enumerable.Range(0, image.Height);

    private static int Ink(RgbImage image, int left, int top, int right, int bottom)
    {
        int count = 0;
        for (int y = top; y < bottom; y++)
        {
            for (int x = left; x < right; x++)
            {
                count += image[x, y][0] < 160 ? 1 : 0;
            }
        }

        return count;
    }
}
