namespace Polymath.Formats.Charts;

/// <summary>Where a text lies to the point that places it.</summary>
internal enum ChartAlignment
{
    Left,
    Centre,
    Right,
}

/// <summary>A style of text in a chart: size in pixels, pen and colour.</summary>
internal sealed record ChartText(double Size, double StrokeWidth, ChartColour Colour)
{
    public static readonly ChartText Title = new(25, 2.1, ChartColour.Text);
    public static readonly ChartText Label = new(17, 1.45, ChartColour.QuietText);
    public static readonly ChartText Tick = new(16, 1.4, ChartColour.QuietText);
    public static readonly ChartText Legend = new(17, 1.5, ChartColour.Text);

    /// <summary>The height of capitals and digits in pixels.</summary>
    public double CapitalHeight => Size * StrokeFont.CapitalHeight;

    public double Measure(string text) => StrokeFont.Measure(text, Size);

    /// <summary>This style, smaller where the text would not fit otherwise.</summary>
    public ChartText Fitting(string text, double room)
    {
        double share = Math.Min(1, room / Math.Max(1, Measure(text)));
        return this with { Size = Size * share, StrokeWidth = Math.Max(0.9, StrokeWidth * share) };
    }

    /// <summary>Draws a text on a horizontal baseline.</summary>
    public void Draw(Canvas canvas, string text, double x, double baseline, ChartAlignment alignment)
    {
        double left = x - (Share(alignment) * Measure(text));

        // A baseline in the middle of a row of pixels gives feet one sharp row instead of two blurred ones.
        StrokeFont.Add(canvas, text, new ChartPoint(left, Math.Floor(baseline) + 0.5), Size, StrokeWidth);
        canvas.Paint(Colour);
    }

    /// <summary>Draws a text from bottom to top, centred at <paramref name="y"/>.</summary>
    public void DrawUpwards(Canvas canvas, string text, double baseline, double y)
    {
        ChartPoint origin = new(Math.Floor(baseline) + 0.5, y + (Measure(text) / 2));
        StrokeFont.Add(canvas, text, origin, Size, StrokeWidth, upwards: true);
        canvas.Paint(Colour);
    }

    private static double Share(ChartAlignment alignment) => alignment switch
    {
        ChartAlignment.Left => 0,
        ChartAlignment.Centre => 0.5,
        _ => 1,
    };
}
