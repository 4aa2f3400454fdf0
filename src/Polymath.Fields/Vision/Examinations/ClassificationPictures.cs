using Polymath.Fields.Images;
using Polymath.Formats.Charts;
using Polymath.Formats.Images;
using Polymath.Learning;

namespace Polymath.Fields.Vision.Examinations;

/// <summary>Pictures of what a classifier does: its confusions, its worst mistakes, its confidence.</summary>
internal static class ClassificationPictures
{
    private const int ShownMistakes = 30;

    /// <summary>Draws them.</summary>
    public static IReadOnlyList<ExaminedPicture> Draw(
        Classification found, ImageSet images, IReadOnlyList<string> classes, int[,] confusion) =>
    [
        new("confusion.png", "Confusion matrix", new HeatMap
        {
            Title = $"{found.RightCount:N0} of {found.Count:N0} right", RowTitle = "is", ColumnTitle = "taken for",
            Labels = classes, Counts = confusion,
        }.Render()),
        new("mistakes.png", "Worst mistakes", DrawMistakes(found, images, classes)),
        new("calibration.png", "Calibration", DrawCalibration(found)),
    ];

    private static RgbImage DrawMistakes(Classification found, ImageSet images, IReadOnlyList<string> classes)
    {
        IReadOnlyList<int> mistakes = found.Mistakes();
        var grid = new ImageGrid
        {
            Title = mistakes.Count == 0 ? "no mistakes" : $"the most confident of {mistakes.Count:N0} mistakes",
        };
        foreach (int image in mistakes.Take(ShownMistakes))
        {
            grid.Add(
                new PixelImage(images.Side, images.Side, images.ChannelCount, images.PixelsOf(image).ToArray()),
                $"is {classes[images.Labels[image]]}",
                $"taken for {classes[found.Guesses[image]]}",
                $"with {found.ConfidenceOf(image):0.0 %}");
        }

        return grid.Render();
    }

    private static RgbImage DrawCalibration(Classification found)
    {
        var bins = found.Calibration();
        var chart = new LineChart
        {
            Title = $"calibration: expected error {found.CalibrationError:0.0000}",
            XLabel = "confidence", YLabel = "accuracy", Width = 800, Height = 700,
        };
        double least = Math.Min(bins[0].Confidence, bins.Min(bin => bin.Accuracy));
        chart.Add("perfect", [least, 1], [least, 1]);
        chart.Add(
            "this network", [.. bins.Select(bin => bin.Confidence)], [.. bins.Select(bin => bin.Accuracy)]);
        return chart.Render();
    }
}
