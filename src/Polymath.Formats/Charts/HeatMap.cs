using System.Globalization;
using Polymath.Formats.Images;

namespace Polymath.Formats.Charts;

/// <summary>
/// Draws a matrix of counts: the darker a cell, the larger its share of its row; a confusion matrix, where rows are what
/// things are and columns what they were taken for. Equal input gives equal pixels.
/// </summary>
public sealed class HeatMap
{
    // Distances in pixels.
    private const int Margin = 28, Gap = 12, MostLabelWidth = 180, PlotSide = 900, LeastCell = 6, MostCell = 64;
    private const int LeastCellWithText = 30;

    /// <summary>The title, above the plot on the left. Printable ASCII, as all texts here.</summary>
    public string Title { get; init; } = "";

    /// <summary>What the rows are.</summary>
    public string RowTitle { get; init; } = "";

    /// <summary>What the columns are.</summary>
    public string ColumnTitle { get; init; } = "";

    /// <summary>The names of rows and columns.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The counts [row, column].</summary>
    public required int[,] Counts { get; init; }

    /// <summary>Draws the map.</summary>
    /// <exception cref="ArgumentException">Counts and labels are of different numbers, or there are none.</exception>
    public RgbImage Render()
    {
        int count = Labels.Count;
        if (count == 0 || Counts.GetLength(0) != count || Counts.GetLength(1) != count)
        {
            throw new ArgumentException(
                $"{Counts.GetLength(0)} x {Counts.GetLength(1)} counts for {count} labels, expected as many of each");
        }

        int cell = Math.Clamp(PlotSide / count, LeastCell, MostCell);
        ChartText style = ChartText.Tick with { Size = Math.Min(ChartText.Tick.Size, Math.Max(4, cell * 0.9)) };
        int labels = (int)Math.Ceiling(Math.Min(MostLabelWidth, Labels.Max(style.Measure)));
        int title = (int)ChartText.Label.CapitalHeight + Gap;
        int top = Margin + (Title.Length > 0 ? (int)ChartText.Title.CapitalHeight + 22 : 0);
        int left = Margin + title + labels + Gap, side = cell * count;
        var image = new RgbImage(
            Math.Max(left + side + Margin, 2 * Margin + (int)ChartText.Title.Measure(Title)),
            top + side + Gap + labels + title + Margin);
        var canvas = new Canvas(image);
        canvas.FillRectangle(canvas.Whole, ChartColour.Background);
        ChartText.Title.Draw(canvas, Title, Margin, Margin + ChartText.Title.CapitalHeight, ChartAlignment.Left);
        for (int index = 0; index < count; index++)
        {
            ChartText fitted = style.Fitting(Labels[index], labels);
            double middle = ((index + 0.5) * cell) + (fitted.CapitalHeight / 2);
            fitted.Draw(canvas, Labels[index], left - Gap, top + middle, ChartAlignment.Right);
            fitted.DrawUpwards(
                canvas, Labels[index], left + middle, top + side + Gap + (fitted.Measure(Labels[index]) / 2));
            DrawRow(canvas, index, left, top, cell);
        }

        ChartText.Label.DrawUpwards(canvas, RowTitle, Margin + ChartText.Label.CapitalHeight, top + (side / 2.0));
        ChartText.Label.Draw(
            canvas, ColumnTitle, left + (side / 2.0), image.Height - Margin, ChartAlignment.Centre);
        return image;
    }

    private void DrawRow(Canvas canvas, int row, int left, int top, int cell)
    {
        long sum = 0;
        for (int column = 0; column < Labels.Count; column++)
        {
            sum += Counts[row, column];
        }

        for (int column = 0; column < Labels.Count; column++)
        {
            int count = Counts[row, column], x = left + (column * cell), y = top + (row * cell);

            // By the root, so that a few mistakes among many hits show.
            double share = sum == 0 ? 0 : Math.Sqrt((double)count / sum);
            canvas.FillRectangle(new ChartRectangle(x, y, x + cell - 1, y + cell - 1), Shade(share, row == column));
            if (cell >= LeastCellWithText && count > 0)
            {
                string text = count.ToString(CultureInfo.InvariantCulture);
                ChartText style = (ChartText.Tick with { Colour = share > 0.6 ? ChartColour.Background : ChartColour.Text })
                    .Fitting(text, cell - 6);
                style.Draw(
                    canvas, text, x + (cell / 2.0), y + (cell / 2.0) + (style.CapitalHeight / 2), ChartAlignment.Centre);
            }
        }
    }

    // From almost white to a strong colour: blue where row and column agree, red elsewhere.
    private static ChartColour Shade(double share, bool isAgreement)
    {
        ChartColour pale = new(0xf2, 0xf4, 0xf7), full = ChartColour.OfSeries(isAgreement ? 0 : 1);
        return new ChartColour(Mix(pale.Red, full.Red), Mix(pale.Green, full.Green), Mix(pale.Blue, full.Blue));

        byte Mix(byte from, byte to) => (byte)Math.Round(from + ((to - from) * share));
    }
}
