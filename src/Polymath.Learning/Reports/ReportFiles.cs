using Polymath.Formats.Charts;
using Polymath.Formats.Files;

namespace Polymath.Learning;

/// <summary>Writes what a finished run shows: <c>report.json</c>, <c>report.md</c>, <c>loss.png</c>, pictures.</summary>
internal static class ReportFiles
{
    // The loss is smoothed over this share of the run: enough to see its course through the noise.
    private const double SmoothedShare = 0.02;

    /// <summary>Writes all of them, each whole or not at all.</summary>
    public static void Write(RunFolder folder, RunReport report, IFieldSession session)
    {
        DrawLoss(folder, session);
        foreach (ExaminedPicture picture in report.Pictures)
        {
            Directory.CreateDirectory(folder.PicturesPath);
            picture.Image.SavePng(Path.Combine(folder.PicturesPath, picture.FileName));
        }

        AtomicFile.Write(folder.ReportJsonPath, report.WriteJson);
        string text = ReportDocument.Write(report, Path.GetFileName(folder.LossChartPath));
        AtomicFile.WriteAllText(folder.ReportPath, text);
    }

    private static void DrawLoss(RunFolder folder, IFieldSession session)
    {
        // Without a metric in the loss's own unit the decisive one shares the axis, and the axis says so.
        string? lossMetric = session.Examination.LossMetric;
        string metric = lossMetric ?? session.Examination.DecisiveMetric;
        var chart = new LineChart
        {
            Title = folder.Name,
            XLabel = "step",
            YLabel = $"loss in {session.Objective.LossUnit}" + (lossMetric is null ? $", {metric}" : ""),
        };
        IReadOnlyList<(double, double)> losses = MetricsLog.ReadCurve(folder.MetricsPath, "loss", isMetric: false);
        Add(chart, "training loss, smoothed", Smooth(losses));
        Add(chart, $"held-out {metric}", MetricsLog.ReadCurve(folder.MetricsPath, metric, isMetric: true));
        chart.SavePng(folder.LossChartPath);
    }

    private static void Add(LineChart chart, string name, IReadOnlyList<(double Step, double Value)> points) =>
        chart.Add(name, [.. points.Select(point => point.Step)], [.. points.Select(point => point.Value)]);

    /// <summary>An exponential mean over a share of the points, without a pull towards zero at the start.</summary>
    private static (double Step, double Value)[] Smooth(IReadOnlyList<(double Step, double Value)> points)
    {
        double kept = 1 - (1 / Math.Max(1, SmoothedShare * points.Count));
        double sum = 0, weight = 0;
        var smoothed = new (double, double)[points.Count];
        for (int index = 0; index < points.Count; index++)
        {
            sum = (sum * kept) + points[index].Value;
            weight = (weight * kept) + 1;
            smoothed[index] = (points[index].Step, sum / weight);
        }

        return smoothed;
    }
}
