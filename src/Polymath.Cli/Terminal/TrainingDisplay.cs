using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Terminal;

/// <summary>
/// Shows how training goes: one line that renews itself on a terminal, a plain line now and then where the output is
/// piped. What stays (examinations, notes) is printed above it.
/// </summary>
internal sealed class TrainingDisplay(TextWriter output, IAnsiConsole console, bool live, TimeProvider clock)
    : ITrainingObserver, IDisposable
{
    private const int FactNameWidth = 16;
    private const string Erase = "\r\u001b[K";

    private static readonly TimeSpan LivePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PlainPause = TimeSpan.FromSeconds(10);

    // A signal's note comes from another thread.
    private readonly Lock _lock = new();

    private ProgressLine _progress = new("rows");
    private long _lastShown;
    private bool _lineOpen;

    /// <inheritdoc/>
    public void OnStart(TrainingStart start)
    {
        _progress = new ProgressLine(start.RowName);
        string path = Paths.Shown(start.RunPath);
        Say(start.ResumedStep > 0
            ? $"resuming {path} at step {start.ResumedStep:N0}"
            : $"training {start.Field} into {path}");
        var facts = new Grid().AddColumn(Screen.Column().Width(FactNameWidth)).AddColumn(new GridColumn().PadRight(0));
        foreach ((string name, string value) in start.Facts)
        {
            facts.AddRow(new Text(name), new Text(value));
        }

        string threads = $"{start.ThreadCount} thread{(start.ThreadCount == 1 ? "" : "s")}";
        facts.AddRow(new Text("parameters"), new Text($"{start.ParameterCount:N0}"));
        facts.AddRow(new Text("kernels"), new Text($"{start.Kernels}, {threads}"));
        facts.AddRow(new Text("budget"), new Text(BudgetOf(start)));
        facts.AddRow(new Text("memory plan"), new Text(MemoryOf(start.Memory)));
        console.Show(facts);
        _lastShown = clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public void OnStep(in StepReport report)
    {
        bool isDue = report.Step == 1 || report.Step == report.TotalSteps
            || clock.GetElapsedTime(_lastShown) >= (live ? LivePause : PlainPause);
        if (isDue)
        {
            _lastShown = clock.GetTimestamp();
            ShowProgress(_progress.Write(report, live ? Screen.WidthOf(console.Profile.Width) - 1 : int.MaxValue));
        }
    }

    /// <inheritdoc/>
    public void OnExaminationStart(long step, ExaminationDepth depth)
    {
        if (depth == ExaminationDepth.Full)
        {
            ShowProgress("examining the best checkpoint on all held-out data ...");
        }
    }

    /// <inheritdoc/>
    public void OnExamination(ExaminationReport report)
    {
        // The last one is shown as a table.
        if (report.IsFinal || report.Result.Metrics.Count == 0)
        {
            return;
        }

        string[] metrics = [.. report.Result.Metrics.Take(2)
            .Select(metric => $"{ExaminationTable.Named(metric.Key)} {ExaminationTable.Figure(metric.Value)}")];
        _progress.HeldOut = metrics[0];
        Say($"step {report.Step:N0}  held out: {string.Join("  ", metrics)}{(report.IsBest ? "  best so far" : "")}");
    }

    /// <inheritdoc/>
    public void OnSamples(IReadOnlyList<string> samples)
    {
        for (int index = 0; index < samples.Count; index++)
        {
            Say("");
            Say($"sample {index + 1} of {samples.Count}");
            var text = new Text(VisibleText.Of(samples[index].ReplaceLineEndings("\n").TrimEnd()));
            console.Show(new Padder(text, new Padding(2, 0, 0, 0)));
        }
    }

    /// <inheritdoc/>
    public void OnNote(string note) => Say(note);

    /// <summary>Prints a line that stays.</summary>
    public void Say(string line)
    {
        lock (_lock)
        {
            Close();
            output.WriteLine(line);
            output.Flush();
        }
    }

    /// <summary>Takes the line that renews itself away.</summary>
    public void Dispose() => Close();

    private void ShowProgress(string line)
    {
        if (!live)
        {
            Say(line);
            return;
        }

        lock (_lock)
        {
            output.Write(Erase + line);
            output.Flush();
            _lineOpen = true;
        }
    }

    private void Close()
    {
        lock (_lock)
        {
            if (_lineOpen)
            {
                output.Write(Erase);
                output.Flush();
                _lineOpen = false;
            }
        }
    }

    private static string BudgetOf(TrainingStart start) => start.Budget.Kind switch
    {
        BudgetKind.Steps => $"{start.TotalSteps:N0} steps",
        BudgetKind.Time when start.TotalSteps == 0 => ProgressLine.Duration(TimeSpan.FromSeconds(start.Budget.Amount)),
        BudgetKind.Time =>
            $"{ProgressLine.Duration(TimeSpan.FromSeconds(start.Budget.Amount))}, {start.TotalSteps:N0} steps",
        _ when start.TotalSteps == 0 => $"{start.Budget}",
        _ => $"{start.Budget}, {start.TotalSteps:N0} steps",
    };

    private static string MemoryOf(MemoryReport memory)
    {
        IEnumerable<(string Purpose, long Bytes)> parts = memory.Planned.Take(5).Append(("process", memory.BaselineBytes));
        string shares = string.Join(", ", parts.Select(part => $"{part.Purpose} {ByteSize.Format(part.Bytes)}"));
        return $"{ByteSize.Format(memory.TotalBytes)}: {shares}";
    }
}
