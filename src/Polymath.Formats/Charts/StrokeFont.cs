using System.Globalization;

namespace Polymath.Formats.Charts;

/// <summary>Lays text out as pen strokes, at any size. The shapes: <see cref="StrokeGlyphs"/>.</summary>
internal static class StrokeFont
{
    /// <summary>The height of capitals and digits, as a share of the font's size.</summary>
    public const double CapitalHeight = 14 / UnitsPerSize;

    // A font's size is 20 units, as usual with room for ascenders and descenders.
    private const double UnitsPerSize = 20;

    // The air between two characters, in units; the strokes' own width takes part of it.
    private const double Spacing = 3.7;

    // Arcs become lines of this many degrees: at the sizes of a chart the eye sees no corner.
    private const double DegreesPerLine = 12;

    private static readonly Glyph[] Glyphs = [.. StrokeGlyphs.Ascii.Select(Parse)];
    private static readonly Glyph Unknown = Parse(StrokeGlyphs.Unknown);

    /// <summary>The width of a text in pixels.</summary>
    public static double Measure(string text, double size)
    {
        double units = text.Sum(c => Find(c).Width + Spacing);
        return Math.Max(0, units - Spacing) * size / UnitsPerSize;
    }

    /// <summary>Adds a text to the canvas's mask.</summary>
    /// <param name="canvas">Where to draw.</param>
    /// <param name="text">Printable ASCII; other characters become boxes.</param>
    /// <param name="origin">Where the baseline begins.</param>
    /// <param name="size">The font's size in pixels.</param>
    /// <param name="strokeWidth">The width of the pen in pixels.</param>
    /// <param name="upwards">Whether the text runs from bottom to top.</param>
    public static void Add(
        Canvas canvas, string text, ChartPoint origin, double size, double strokeWidth, bool upwards = false)
    {
        double scale = size / UnitsPerSize;
        double advance = 0;
        foreach (char c in text)
        {
            Glyph glyph = Find(c);
            foreach (ChartPoint[] stroke in glyph.Strokes)
            {
                ChartPoint[] points = Array.ConvertAll(stroke, point => Place(point, advance));
                canvas.AddPolyline(points, strokeWidth, canvas.Whole);
            }

            advance += glyph.Width + Spacing;
        }

        ChartPoint Place(ChartPoint point, double offset)
        {
            double along = (point.X + offset) * scale;
            double up = point.Y * scale;
            return upwards
                ? new ChartPoint(origin.X - up, origin.Y - along)
                : new ChartPoint(origin.X + along, origin.Y - up);
        }
    }

    private static Glyph Find(char c)
    {
        int index = c - StrokeGlyphs.First;
        return index >= 0 && index < Glyphs.Length ? Glyphs[index] : Unknown;
    }

    private static Glyph Parse(string definition)
    {
        string[] words = definition.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        List<List<ChartPoint>> strokes = [];
        int next = 1;
        while (next < words.Length)
        {
            string command = words[next++];
            if (command is "M" or "A")
            {
                strokes.Add([]);
            }

            if (command is "M" or "L")
            {
                strokes[^1].Add(new ChartPoint(Number(), Number()));
            }
            else
            {
                AddArc(strokes[^1], new ChartPoint(Number(), Number()), Number(), Number(), Number(), Number());
            }
        }

        return new Glyph(Parse(words[0], NumberStyles.Float), [.. strokes.Select(stroke => stroke.ToArray())]);

        double Number() => Parse(words[next++], NumberStyles.Float);

        static double Parse(string word, NumberStyles style) => double.Parse(word, style, CultureInfo.InvariantCulture);
    }

    private static void AddArc(
        List<ChartPoint> stroke, ChartPoint centre, double radiusX, double radiusY, double from, double to)
    {
        int count = Math.Max(2, (int)Math.Ceiling(Math.Abs(to - from) / DegreesPerLine));
        for (int i = 0; i <= count; i++)
        {
            (double sin, double cos) = Math.SinCos((from + ((to - from) * i / count)) * Math.PI / 180);
            stroke.Add(new ChartPoint(centre.X + (radiusX * cos), centre.Y + (radiusY * sin)));
        }
    }

    private sealed record Glyph(double Width, ChartPoint[][] Strokes);
}
