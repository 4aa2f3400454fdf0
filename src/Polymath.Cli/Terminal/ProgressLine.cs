using Polymath.Learning;

namespace Polymath.Cli.Terminal;

/// <summary>One line that says how a run goes, with as much as there is room for.</summary>
/// <param name="rowName">What rows are called.</param>
internal sealed class ProgressLine(string rowName)
{
    // A first rate includes the compilation of the code, and a share of the peak below this says nothing.
    private const double SmallestShare = 0.001;

    /// <summary>The metric that decides, as last examined; empty: not yet examined.</summary>
    public string HeldOut { get; set; } = "";

    /// <summary>The line, with what matters least left out until it fits.</summary>
    /// <param name="report">How the last step went.</param>
    /// <param name="width">The most characters.</param>
    public string Write(in StepReport report, int width)
    {
        string total = report.TotalSteps > 0 ? $"/{report.TotalSteps:N0}" : "";
        double gigaflops = report.FlopsPerSecond / 1e9;

        // In the order of the line, each with its rank: the highest goes first when room is short.
        List<(int Rank, string Text)> parts =
        [
            (0, $"step {Step(report)}{total}"),
            (1, $"loss {report.Loss:F4}"),
            (3, HeldOut),
            (4, $"{report.RowsPerSecond:N0} {rowName}/s"),
            (6, gigaflops >= 10 ? $"{gigaflops:N0} GFLOP/s" : $"{gigaflops:G2} GFLOP/s"),
            (5, report.ShareOfPeak >= SmallestShare ? $"{report.ShareOfPeak:P0} of peak" : ""),
            (2, report.TimeLeft is TimeSpan time ? $"{Duration(time)} left" : ""),
        ];
        parts.RemoveAll(part => part.Text.Length == 0);
        string line = Join(parts);
        while (line.Length > width && parts.Count > 1)
        {
            int rank = parts.Max(part => part.Rank);
            parts.RemoveAll(part => part.Rank == rank);
            line = Join(parts);
        }

        return line.Length > width ? line[..width] : line;
    }

    /// <summary>A duration in its two largest units.</summary>
    public static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}h{time.Minutes:00}m"
        : time.TotalMinutes >= 1 ? $"{time.Minutes}m{time.Seconds:00}s" : $"{Math.Max(0, time.Seconds)}s";

    // As wide as the last step's number, so that the line stands still.
    private static string Step(in StepReport report) => $"{report.Step:N0}".PadLeft($"{report.TotalSteps:N0}".Length);

    private static string Join(List<(int Rank, string Text)> parts) =>
        string.Join("  ", parts.Select(part => part.Text));
}
