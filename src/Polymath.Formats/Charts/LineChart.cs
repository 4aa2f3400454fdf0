using Polymath.Formats.Images;

namespace Polymath.Formats.Charts;

/// <summary>
/// Draws curves over two axes into an image: a loss over steps, a score over games. Drawn here rather than by ScottPlot
/// because that brings 10 MB of native code and would break the single-file NativeAOT program for one loss curve.
/// </summary>
/// <remarks>
/// NaN and infinities are gaps, and so are values that are not positive on a logarithmic axis. Equal input gives equal
/// pixels. Not safe for several threads.
/// </remarks>
public sealed class LineChart
{
    private const int MinSidePixels = 200;
    private const int MaxSidePixels = 10_000;

    // Distances in pixels.
    private const int OuterMargin = 28;
    private const int TitleGap = 22;
    private const int LegendGap = 26;
    private const int TickLength = 5;
    private const int TickLabelGap = 11;
    private const int AxisLabelGap = 20;
    private const int LegendSampleWidth = 26;
    private const int LegendSampleGap = 9;
    private const int LegendEntryGap = 28;
    private const int LegendRowHeight = 26;
    private const double CurveWidth = 2;
    private const double SinglePointDiameter = 6;

    // About how far apart ticks may comfortably be.
    private const int PixelsPerTickX = 90;
    private const int PixelsPerTickY = 58;
    private const int MinTickCount = 3;

    private readonly List<ChartSeries> _series = [];

    /// <summary>The title, above the plot on the left; none where empty. Printable ASCII, as all texts here.</summary>
    public string Title { get; init; } = "";

    /// <summary>What the x axis shows, with its unit.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>What the y axis shows, with its unit.</summary>
    public string YLabel { get; init; } = "";

    /// <summary>How x values are spread.</summary>
    public AxisScale XScale { get; init; }

    /// <summary>How y values are spread.</summary>
    public AxisScale YScale { get; init; }

    /// <summary>The image's width in pixels, 200 to 10 000.</summary>
    public int Width { get; init; } = 1200;

    /// <summary>The image's height in pixels, 200 to 10 000.</summary>
    public int Height { get; init; } = 700;

    /// <summary>Adds a curve; its points are joined in the order given.</summary>
    /// <param name="name">What the legend calls it; a legend is drawn if any curve has a name.</param>
    /// <param name="xs">The x of each point.</param>
    /// <param name="ys">The y of each point, as many as <paramref name="xs"/>; NaN is a gap.</param>
    /// <exception cref="ArgumentException">The numbers of x and y values differ.</exception>
    public void Add(string name, IReadOnlyList<double> xs, IReadOnlyList<double> ys) =>
        _series.Add(new ChartSeries(name, xs, ys));

    /// <summary>Draws the chart.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Width or height is out of range.</exception>
    public RgbImage Render()
    {
        RequireSide(Width);
        RequireSide(Height);
        RgbImage image = new(Width, Height);
        Canvas canvas = new(image);
        canvas.FillRectangle(canvas.Whole, ChartColour.Background);

        List<LegendEntry> legend = PlaceLegend();
        int top = PlotTop(legend);
        int bottom = Height - OuterMargin - (int)ChartText.Tick.CapitalHeight - TickLabelGap
            - (XLabel.Length > 0 ? AxisLabelGap + (int)ChartText.Label.CapitalHeight : 0);
        int tickCountY = TickCount(bottom - top, PixelsPerTickY);
        Axis y = Axis.Fit(YScale, Shown().Select(point => point.Y), tickCountY, isLoose: true);
        int right = Width - OuterMargin - 8;
        int left = PlotLeft(y);
        int tickCountX = TickCount(right - left, PixelsPerTickX);
        Axis x = Axis.Fit(XScale, Shown().Select(point => point.X), tickCountX, isLoose: false);
        ChartRectangle plot = new(left, top, right, bottom);

        DrawAxes(canvas, plot, x, y);
        DrawTitles(canvas, plot);
        DrawLegend(canvas, legend);
        DrawCurves(canvas, plot, x, y);
        return image;
    }

    /// <summary>Draws the chart and writes it as a PNG file, whole or not at all.</summary>
    /// <exception cref="IOException">The folder is missing or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow writing.</exception>
    public void SavePng(string path) => Render().SavePng(path);

    private static void RequireSide(int pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, MinSidePixels);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pixels, MaxSidePixels);
    }

    private static int TickCount(int pixels, int pixelsPerTick) => Math.Max(MinTickCount, pixels / pixelsPerTick);

    private IEnumerable<(double X, double Y)> Shown() => _series.SelectMany(series => series.Shown(XScale, YScale));

    private int PlotTop(List<LegendEntry> legend)
    {
        double top = OuterMargin + (Title.Length > 0 ? ChartText.Title.CapitalHeight + TitleGap : 0);
        return legend.Count == 0 ? (int)top : (int)legend[^1].Baseline + LegendGap;
    }

    private int PlotLeft(Axis y)
    {
        double labels = y.Ticks.Select(tick => ChartText.Tick.Measure(tick.Label)).DefaultIfEmpty(0).Max();
        double title = YLabel.Length > 0 ? ChartText.Label.CapitalHeight + AxisLabelGap : 0;
        return OuterMargin + (int)Math.Ceiling(title + Math.Min(labels, Width / 3.0)) + TickLabelGap;
    }

    private static void DrawAxes(Canvas canvas, ChartRectangle plot, Axis x, Axis y)
    {
        foreach (AxisTick tick in y.Ticks)
        {
            int row = plot.Bottom - (int)Math.Round(tick.Position * plot.Height);
            canvas.FillRectangle(new ChartRectangle(plot.Left, row, plot.Right, row + 1), ChartColour.Grid);
            double baseline = row + (ChartText.Tick.CapitalHeight / 2);
            ChartText.Tick.Draw(canvas, tick.Label, plot.Left - TickLabelGap, baseline, ChartAlignment.Right);
        }

        foreach (AxisTick tick in x.Ticks)
        {
            int column = plot.Left + (int)Math.Round(tick.Position * plot.Width);
            canvas.FillRectangle(new ChartRectangle(column, plot.Top, column + 1, plot.Bottom), ChartColour.Grid);
            int foot = plot.Bottom + TickLength;
            canvas.FillRectangle(new ChartRectangle(column, plot.Bottom, column + 1, foot), ChartColour.Axis);
            double baseline = plot.Bottom + TickLabelGap + ChartText.Tick.CapitalHeight;
            ChartText.Tick.Draw(canvas, tick.Label, column + 0.5, baseline, ChartAlignment.Centre);
        }

        ChartRectangle line = new(plot.Left, plot.Bottom, plot.Right + 1, plot.Bottom + 1);
        canvas.FillRectangle(line, ChartColour.Axis);
    }

    private void DrawTitles(Canvas canvas, ChartRectangle plot)
    {
        ChartText.Title.Fitting(Title, Width - (2 * OuterMargin))
            .Draw(canvas, Title, OuterMargin, OuterMargin + ChartText.Title.CapitalHeight, ChartAlignment.Left);
        ChartText.Label.Fitting(XLabel, plot.Width).Draw(
            canvas, XLabel, (plot.Left + plot.Right) / 2.0, Height - OuterMargin, ChartAlignment.Centre);
        ChartText.Label.Fitting(YLabel, plot.Height).DrawUpwards(
            canvas, YLabel, OuterMargin + ChartText.Label.CapitalHeight, (plot.Top + plot.Bottom) / 2.0);
    }

    private List<LegendEntry> PlaceLegend()
    {
        List<LegendEntry> entries = [];
        double x = OuterMargin;
        double baseline = OuterMargin + ChartText.Legend.CapitalHeight
            + (Title.Length > 0 ? ChartText.Title.CapitalHeight + TitleGap : 0);
        for (int i = 0; i < _series.Count; i++)
        {
            if (_series[i].Name.Length == 0)
            {
                continue;
            }

            double room = Width - (2 * OuterMargin) - LegendSampleWidth - LegendSampleGap;
            ChartText style = ChartText.Legend.Fitting(_series[i].Name, room);
            double width = LegendSampleWidth + LegendSampleGap + style.Measure(_series[i].Name);
            if (x > OuterMargin && x + width > Width - OuterMargin)
            {
                x = OuterMargin;
                baseline += LegendRowHeight;
            }

            entries.Add(new LegendEntry(i, x, baseline, style));
            x += width + LegendEntryGap;
        }

        return entries;
    }

    private void DrawLegend(Canvas canvas, List<LegendEntry> legend)
    {
        foreach (LegendEntry entry in legend)
        {
            double middle = Math.Floor(entry.Baseline) + 0.5 - (ChartText.Legend.CapitalHeight / 2);
            ChartPoint[] sample = [new(entry.X + 1, middle), new(entry.X + LegendSampleWidth - 1, middle)];
            canvas.AddPolyline(sample, CurveWidth + 1, canvas.Whole);
            canvas.Paint(ChartColour.OfSeries(entry.Series));
            double textX = entry.X + LegendSampleWidth + LegendSampleGap;
            entry.Style.Draw(canvas, _series[entry.Series].Name, textX, entry.Baseline, ChartAlignment.Left);
        }
    }

    private void DrawCurves(Canvas canvas, ChartRectangle plot, Axis x, Axis y)
    {
        ChartRectangle clip = plot.Grown(4, Width, Height);
        for (int i = 0; i < _series.Count; i++)
        {
            foreach (List<ChartPoint> run in _series[i].Runs(XScale, YScale, Place))
            {
                canvas.AddPolyline([.. run], run.Count == 1 ? SinglePointDiameter : CurveWidth, clip);
            }

            canvas.Paint(ChartColour.OfSeries(i));
        }

        if (!Shown().Any())
        {
            double middle = (plot.Top + plot.Bottom) / 2.0;
            ChartText.Label.Draw(canvas, "no data", (plot.Left + plot.Right) / 2.0, middle, ChartAlignment.Centre);
        }

        ChartPoint Place(double valueX, double valueY) => new(
            plot.Left + 0.5 + (x.Position(valueX) * plot.Width),
            plot.Bottom + 0.5 - (y.Position(valueY) * plot.Height));
    }

    private sealed record LegendEntry(int Series, double X, double Baseline, ChartText Style);
}
