using System.Globalization;
using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Terminal;

/// <summary>
/// Shows how training goes: one line that renews itself on a terminal, a plain line now and then where the output is
/// piped. What stays (examinations, checkpoints, notes) is printed above it.
/// </summary>
internal sealed class TrainingDisplay(TextWriter output, IAnsiConsole console, bool live, TimeProvider clock) : ITrainingObserver
{
    private static readonly TimeSpan LivePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PlainPause = TimeSpan.FromSeconds(10);

    private string _decisive = "";
    private string _rowName = "rows";
    private long _lastShown;
    private bool _lineOpen;

    /// <inheritdoc/>
    public void OnStart(TrainingStart start)
    {
        _rowName = start.RowName;
        Say(start.ResumedStep > 0
            ? $"resuming {start.RunPath} at step {start.ResumedStep:N0}"
            : $"training {start.Field} into {start.RunPath}");
        foreach ((string name, string value) in start.Facts)
        {
            Say($"  {name,-16} {value}");
        }

        Say($"  {"parameters",-16} {start.ParameterCount:N0}");
        Say($"  {"kernels",-16} {start.Kernels}, {start.ThreadCount} thread{(start.ThreadCount == 1 ? "" : "s")}");
        string budget = start.TotalSteps > 0 ? $"{start.Budget} ({start.TotalSteps:N0} steps)" : $"{start.Budget}";
        Say($"  {"budget",-16} {budget}");
        MemoryReport memory = start.Memory;
        string parts = string.Join(", ", memory.Planned.Take(5).Select(part => $"{part.Purpose} {ByteSize.Format(part.Bytes)}"));
        Say($"  {"memory plan",-16} {ByteSize.Format(memory.TotalBytes)}: {parts}, process {ByteSize.Format(memory.BaselineBytes)}");
        _lastShown = clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public void OnStep(in StepReport report)
    {
        bool last = report.Step == report.TotalSteps;
        TimeSpan pause = live ? LivePause : PlainPause;
        if (!last && report.Step > 1 && clock.GetElapsedTime(_lastShown) < pause)
        {
            return;
        }

        _lastShown = clock.GetTimestamp();
        string line = StepLine(report);
        if (live)
        {
            output.Write("\r" + Fit(line) + "\u001b[K");
            output.Flush();
            _lineOpen = true;
        }
        else
        {
            Say(line);
        }
    }

    /// <inheritdoc/>
    public void OnExamination(ExaminationReport report)
    {
        if (report.Result.Metrics.Count == 0)
        {
            return;
        }

        _decisive = $"{report.Result.Metrics[0].Key.Replace('_', ' ')} {Number(report.Result.Metrics[0].Value)}";
        string others = string.Join("  ", report.Result.Metrics.Skip(1).Take(2)
            .Select(metric => $"{metric.Key.Replace('_', ' ')} {Number(metric.Value)}"));
        string best = report.IsBest ? "  (best)" : "";
        Say($"step {report.Step,7:N0}  held-out {_decisive}  {others}{best}");
    }

    /// <inheritdoc/>
    public void OnSamples(IReadOnlyList<string> samples)
    {
        foreach (string sample in samples)
        {
            CloseLine();
            console.WriteLine();
            console.Write(new Panel(new Text(sample)).Header("sample").Expand());
        }
    }

    /// <inheritdoc/>
    public void OnNote(string note) => Say(note);

    /// <summary>Ends the live line, so that what follows starts on a line of its own.</summary>
    public void CloseLine()
    {
        if (_lineOpen)
        {
            console.WriteLine();
            _lineOpen = false;
        }
    }

    private string StepLine(in StepReport report)
    {
        string total = report.TotalSteps > 0 ? $"/{report.TotalSteps:N0}" : "";
        string left = report.TimeLeft is TimeSpan time ? $"  {Duration(time)} left" : "";
        string share = report.ShareOfPeak > 0 ? $" ({report.ShareOfPeak:P0} of peak)" : "";
        string decisive = _decisive.Length > 0 ? $"  held-out {_decisive}" : "";
        return $"step {report.Step,7:N0}{total}  loss {report.Loss:F4}{decisive}  {report.RowsPerSecond:N0} {_rowName}/s"
            + $"  {report.FlopsPerSecond / 1e9:N0} GFLOP/s{share}{left}";
    }

    private void Say(string line)
    {
        if (_lineOpen)
        {
            output.Write("\r\u001b[K");
            _lineOpen = false;
        }

        output.WriteLine(line);
        output.Flush();
    }

    private string Fit(string line) => line.Length < console.Profile.Width ? line : line[..(console.Profile.Width - 1)];

    private static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}h{time.Minutes:00}m"
        : time.TotalMinutes >= 1 ? $"{time.Minutes}m{time.Seconds:00}s" : $"{Math.Max(0, time.Seconds)}s";
}
