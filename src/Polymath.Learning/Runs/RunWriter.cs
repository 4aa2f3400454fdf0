namespace Polymath.Learning;

/// <summary>
/// Writes what a run leaves in its folder. A disk that fails ends the run with a sentence that names the last good
/// checkpoint; what was there before stays.
/// </summary>
internal sealed class RunWriter(RunFolder folder) : IDisposable
{
    private RunRecorder? _recorder;

    /// <summary>The run's checkpoints.</summary>
    public CheckpointStore Checkpoints { get; } = new(folder.CheckpointsPath);

    /// <summary>The step of the newest checkpoint that is known to be whole; −1: none.</summary>
    public long SavedStep { get; set; } = -1;

    /// <summary>The newest checkpoint that is known to be whole, or null.</summary>
    public string? SavedPath => SavedStep >= 0 ? Checkpoints.PathOf(SavedStep) : null;

    /// <summary>The last good checkpoint, as the end of a sentence.</summary>
    public string LastGood => SavedPath is string path
        ? $"the last good checkpoint is {path}"
        : "there is no checkpoint yet";

    /// <summary>Keeps the recipe and opens the metrics of a run that has done some steps.</summary>
    public void Open(IField field, IFieldSession session, TimeProvider clock, long resumedStep) => Guard(() =>
    {
        Checkpoints.Clean();
        folder.WriteRecipe(field, session.Recipe);
        _recorder = new RunRecorder(folder, clock, session.RowName, resumedStep);
    });

    /// <summary>Keeps a step. Allocates nothing.</summary>
    public void Record(in StepReport report)
    {
        try
        {
            _recorder!.Record(report);
        }
        catch (IOException fault)
        {
            throw CannotWrite(fault);
        }
    }

    /// <summary>Keeps an examination.</summary>
    public void Record(ExaminationReport report) => Guard(() => _recorder!.Record(report));

    /// <summary>Saves a checkpoint; its metrics reach the disk before it.</summary>
    /// <returns>Its size in bytes.</returns>
    public long Save(CheckpointManifest manifest, IEnumerable<StateFile> files, byte[] experience, int keepLast)
    {
        long bytes = 0;
        Guard(() =>
        {
            _recorder!.Flush();
            bytes = Checkpoints.Save(manifest, files, experience, keepLast);
        });
        SavedStep = manifest.Step;
        return bytes;
    }

    /// <summary>Lets the field make its samples and writes the report.</summary>
    /// <returns>The report with the samples.</returns>
    public RunReport Conclude(RunReport report, IFieldSession session)
    {
        Guard(() =>
        {
            Directory.CreateDirectory(folder.SamplesPath);
            report = report with { Samples = session.MakeSamples(folder.SamplesPath) };
            _recorder!.Flush();
            ReportFiles.Write(folder, report, session);
        });
        return report;
    }

    /// <inheritdoc/>
    public void Dispose() => _recorder?.Dispose();

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(fault);
        }
    }

    private TrainingFailedException CannotWrite(Exception fault) =>
        new($"cannot write to {folder.Path}: {fault.Message}; {LastGood}", fault);
}
