using Polymath.Formats.TensorBoard;

namespace Polymath.Learning;

/// <summary>
/// Keeps what training reports in the run's folder: <c>metrics.jsonl</c> and TensorBoard's event files.
/// </summary>
internal sealed class RunRecorder : IDisposable
{
    // A curve needs no more points than this; longer runs keep every n-th step.
    private const long LargestStepLines = 10_000;

    private readonly MetricsLog _metrics;
    private readonly EventFileWriter _events;
    private readonly string _rowRateTag;

    /// <summary>Opens the files of a run that has done some steps.</summary>
    public RunRecorder(RunFolder folder, TimeProvider clock, string rowName, long resumedStep)
    {
        _metrics = new MetricsLog(folder.MetricsPath, resumedStep);
        _events = new EventFileWriter(folder.Path, clock, resumedStep > 0 ? resumedStep : null);
        _rowRateTag = $"rate/{rowName} per second";
    }

    /// <summary>Keeps a step. Allocates nothing.</summary>
    public void Record(in StepReport report)
    {
        long interval = Math.Max(1, (report.TotalSteps + LargestStepLines - 1) / LargestStepLines);
        if (report.Step % interval != 0 && report.Step != report.TotalSteps)
        {
            return;
        }

        _metrics.Write(report);
        _events.WriteScalar("training/loss", report.Step, (float)report.Loss);
        _events.WriteScalar("training/learning rate", report.Step, (float)report.LearningRate);
        _events.WriteScalar("training/gradient norm", report.Step, (float)report.GradientNorm);
        _events.WriteScalar(_rowRateTag, report.Step, (float)report.RowsPerSecond);
        _events.WriteScalar("rate/GFLOP per second", report.Step, (float)(report.FlopsPerSecond / 1e9));
    }

    /// <summary>Keeps an examination.</summary>
    public void Record(ExaminationReport report)
    {
        _metrics.Write(report);
        string group = report.IsFinal ? "examination" : "validation";
        foreach ((string name, double value) in report.Result.Metrics)
        {
            _events.WriteScalar($"{group}/{name}", report.Step, (float)value);
        }
    }

    /// <summary>Forces everything to the disk: a checkpoint must not be ahead of its metrics.</summary>
    public void Flush()
    {
        _metrics.Flush();
        _events.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Dispose();
        _events.Dispose();
    }
}
