using Polymath.Formats.Images;

namespace Polymath.Formats.Charts;

/// <summary>Draws images side by side, each with lines of text below it. Equal input gives equal pixels.</summary>
public sealed class ImageGrid
{
    // Distances in pixels.
    private const int Margin = 28, Gap = 18, LineHeight = 20, TitleGap = 22, CellSide = 150;

    private readonly List<(PixelImage Image, string[] Lines)> _entries = [];

    /// <summary>The title, above the images on the left. Printable ASCII, as all texts here.</summary>
    public string Title { get; init; } = "";

    /// <summary>Images in a row.</summary>
    public int ColumnCount { get; init; } = 6;

    /// <summary>Appends an image.</summary>
    /// <param name="image">The image; shown as large as its place, its pixels whole.</param>
    /// <param name="lines">The texts below it.</param>
    public void Add(PixelImage image, params string[] lines) => _entries.Add((image, lines));

    /// <summary>Draws the grid.</summary>
    public RgbImage Render()
    {
        int lines = _entries.Count == 0 ? 0 : _entries.Max(entry => entry.Lines.Length);
        int cellHeight = CellSide + 6 + (lines * LineHeight) + Gap, rows = (_entries.Count + ColumnCount - 1) / ColumnCount;
        int top = Margin + (int)ChartText.Title.CapitalHeight + TitleGap;
        int width = Math.Max(
            (2 * Margin) + (ColumnCount * (CellSide + Gap)) - Gap, (2 * Margin) + (int)ChartText.Title.Measure(Title));
        var image = new RgbImage(width, top + (rows * cellHeight) + Margin);
        var canvas = new Canvas(image);
        canvas.FillRectangle(canvas.Whole, ChartColour.Background);
        ChartText.Title.Draw(canvas, Title, Margin, Margin + ChartText.Title.CapitalHeight, ChartAlignment.Left);
        for (int index = 0; index < _entries.Count; index++)
        {
            int left = Margin + (index % ColumnCount * (CellSide + Gap)), y = top + (index / ColumnCount * cellHeight);
            DrawImage(canvas, _entries[index].Image, left, y);
            for (int line = 0; line < _entries[index].Lines.Length; line++)
            {
                string text = _entries[index].Lines[line];
                ChartText style = (line == 0 ? ChartText.Tick with { Colour = ChartColour.Text } : ChartText.Tick)
                    .Fitting(text, CellSide);
                style.Draw(
                    canvas, text, left, y + CellSide + 6 + (line * LineHeight) + ChartText.Tick.CapitalHeight,
                    ChartAlignment.Left);
            }
        }

        return image;
    }

    // A block of equal size for every pixel, or every so many pixels one.
    private static void DrawImage(Canvas canvas, PixelImage image, int left, int top)
    {
        int larger = Math.Max(image.Width, image.Height), scale = Math.Max(1, CellSide / larger);
        int skip = (larger + CellSide - 1) / CellSide;
        for (int y = 0; y < image.Height; y += skip)
        {
            for (int x = 0; x < image.Width; x += skip)
            {
                ReadOnlySpan<byte> pixel =
                    image.Pixels.AsSpan(((y * image.Width) + x) * image.ChannelCount, image.ChannelCount);
                int toX = left + (x / skip * scale), toY = top + (y / skip * scale);
                canvas.FillRectangle(
                    new ChartRectangle(toX, toY, toX + scale, toY + scale), new ChartColour(pixel[0], pixel[pixel.Length / 2], pixel[^1]));
            }
        }
    }
}
