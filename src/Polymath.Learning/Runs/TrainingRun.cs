namespace Polymath.Learning;

/// <summary>
/// The course of one run: steps, examinations and checkpoints in their turn until the budget is used up, then the
/// examination of the best parameters and the report. The loop allocates nothing between examinations.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    // A recipe that does not say how often to examine gets about this many examinations.
    private const int ExaminationCount = 20;

    // No more than this is lost with the power, however rare examinations are.
    private static readonly TimeSpan LongestUnsaved = TimeSpan.FromMinutes(15);

    private readonly IField _field;
    private readonly IFieldSession _session;
    private readonly Learner _learner;
    private readonly RunFolder _folder;
    private readonly MemoryReport _memory;
    private readonly TrainingOptions _options;
    private readonly ITrainingObserver _observer;
    private readonly LearningRecipe _recipe;
    private readonly Budget _budget;
    private readonly string _fingerprint;
    private readonly RunWriter _writer;
    private readonly TrainingProgress _progress = new();
    private readonly RateMeter _rates = new();
    private StepCount _steps;
    private long _savedTimestamp;

    /// <summary>Prepares a run; the plan is committed before <see cref="Run"/>.</summary>
    public TrainingRun(
        IField field, IFieldSession session, Learner learner, RunFolder folder, MemoryReport memory,
        TrainingOptions options)
    {
        (_field, _session, _learner, _folder, _memory, _options) = (field, session, learner, folder, memory, options);
        _observer = options.Observer;
        _recipe = session.Recipe.Learning;
        _budget = Budget.Parse(session.Recipe.Budget);
        _steps = new StepCount(_budget);
        _fingerprint = RecipeFingerprint.Of(field, session.Recipe);
        _writer = new RunWriter(folder);
    }

    private long ExamineEvery => _recipe.ExamineEverySteps > 0
        ? _recipe.ExamineEverySteps
        : _steps.Total == 0 ? long.MaxValue : Math.Max(1, _steps.Total / ExaminationCount);

    /// <summary>Runs to the end of the budget, or until cancelled.</summary>
    public TrainingOutcome Run(CancellationToken cancellation)
    {
        StartOrRestore();
        _writer.Open(_field, _session, _options.Clock, _progress.Step);
        _savedTimestamp = _options.Clock.GetTimestamp();
        _observer.OnStart(new TrainingStart(
            _field.Name, _folder.Path, _session.Network.Kernels.Name, _session.Network.Kernels.ThreadCount,
            _session.Network.Parameters.ParameterCount, _session.RowName, _session.Objective.LossUnit, _session.Facts,
            _memory, _budget, _steps.Total, _progress.Step));
        try
        {
            Learn(cancellation);
            SaveIfNew();
            return Finish(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            SaveIfNew();
            return new TrainingOutcome(false, _progress.Step, _writer.SavedPath, null);
        }
        catch (ExperienceFailedException fault)
        {
            SaveIfNew();
            throw new TrainingFailedException($"{fault.Message}; {_writer.LastGood}", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void StartOrRestore()
    {
        Checkpoint? checkpoint = _options.ResumeStep is long step
            ? _writer.Checkpoints.Open(step)
            : _writer.Checkpoints.OpenNewest(_observer.OnNote);
        if (checkpoint is null)
        {
            _learner.Start();
            return;
        }

        checkpoint.Restore(_learner.State(), _session.Experience);
        CheckpointManifest manifest = checkpoint.Manifest;
        _progress.Restore(manifest);
        _writer.SavedStep = manifest.Step;

        // Another budget than before is resolved anew; the same one keeps its number of steps.
        long total = manifest.Budget == _budget.ToString() ? manifest.TotalSteps : 0;
        _steps = new StepCount(_budget, total, _progress.LearningTime);
        if (manifest.RecipeFingerprint != _fingerprint)
        {
            _observer.OnNote("the recipe is another than the checkpoint was made with: "
                + "the run goes on, but not as it would have without the change");
        }
    }

    private void Learn(CancellationToken cancellation)
    {
        // A resumed run first makes up for an examination that was cut short.
        ExamineAndSave(IsDue(ExamineEvery), cancellation);
        while (!_steps.IsComplete(_progress.Step))
        {
            cancellation.ThrowIfCancellationRequested();
            if (_steps.IsOverdrawn(_progress.LearningTime))
            {
                _observer.OnNote($"the machine became slower than it was measured: stopped at step {_progress.Step} of "
                    + $"{_steps.Total}, after {StepCount.TimeSlack} times the budget");
                ExamineAndSave(isExaminationDue: true, cancellation);
                return;
            }

            Step();
            ExamineAndSave(IsDue(ExamineEvery), cancellation);
        }
    }

    private void ExamineAndSave(bool isExaminationDue, CancellationToken cancellation)
    {
        if (_progress.Step == 0)
        {
            return;
        }

        bool isExamined = isExaminationDue && _progress.ExaminedStep != _progress.Step;
        bool isBest = isExamined && ExamineQuickly(cancellation);
        bool isSaved = _progress.Step == _writer.SavedStep;
        bool isDue = _recipe.CheckpointEverySteps > 0
            ? !isSaved && IsDue(_recipe.CheckpointEverySteps)
            : isExamined;
        if (isDue || isBest || (isExamined && isSaved)
            || _options.Clock.GetElapsedTime(_savedTimestamp) >= LongestUnsaved)
        {
            Save();
        }
    }

    private bool IsDue(long every) => _progress.Step % every == 0 || _steps.IsComplete(_progress.Step);

    private void Step()
    {
        long step = _progress.Step + 1;
        double share = Schedule.ShareOfPeak(_recipe, step, _steps.Total);
        long before = _options.Clock.GetTimestamp();
        LearnerStep done;
        try
        {
            done = _learner.Step(step, share);
        }
        catch (TrainingFailedException fault)
        {
            throw new TrainingFailedException($"{fault.Message}; {_writer.LastGood}", fault);
        }

        TimeSpan duration = _options.Clock.GetElapsedTime(before);
        _progress.Add(done, duration);
        _rates.Add(done, duration);
        _steps.Observe(step, done.Operations, _progress.LearningTime);
        Report(done, share);
    }

    private void Report(in LearnerStep done, double share)
    {
        double flops = _rates.FlopsPerSecond, peak = _options.PeakFlopsPerSecond;
        long left = Math.Max(0, _steps.Total - _progress.Step);
        TimeSpan? timeLeft = _steps.Total > 0 && _rates.StepsPerSecond > 0
            ? TimeSpan.FromSeconds(left / _rates.StepsPerSecond)
            : null;
        var report = new StepReport(
            _progress.Step, _steps.Total, done.Loss, share * _recipe.LearningRate, done.GradientNorm, done.Rows,
            _rates.RowsPerSecond, flops, peak > 0 ? flops / peak : 0, _progress.LearningTime, timeLeft);
        _writer.Record(report);
        _observer.OnStep(report);
    }

    // The average takes the parameters' place for the time of the examination.
    private bool ExamineQuickly(CancellationToken cancellation)
    {
        _learner.Average?.Swap();
        try
        {
            return Examine(ExaminationDepth.Quick, cancellation).IsBest;
        }
        finally
        {
            _learner.Average?.Swap();
        }
    }

    private ExaminationReport Examine(ExaminationDepth depth, CancellationToken cancellation, bool isFinal = false)
    {
        _observer.OnExaminationStart(_progress.Step, depth);
        long before = _options.Clock.GetTimestamp();
        ExaminationResult result = _session.Examination.Examine(depth, cancellation);
        TimeSpan duration = _options.Clock.GetElapsedTime(before);
        string decisive = _session.Examination.DecisiveMetric;
        double value = result.Metrics.First(metric => metric.Key == decisive).Value;
        bool isBest = !isFinal && _progress.Examined(value, _session.Examination.LowerIsBetter);
        var report = new ExaminationReport(_progress.Step, depth, result, isBest, isFinal, duration);
        _writer.Record(report);
        _observer.OnExamination(report);
        return report;
    }

    private void SaveIfNew()
    {
        if (_progress.Step > 0 && _progress.Step != _writer.SavedStep)
        {
            Save();
        }
    }

    private void Save()
    {
        if (!_learner.IsFinite())
        {
            throw new TrainingFailedException(
                $"a parameter is no finite number after step {_progress.Step}; {_writer.LastGood}");
        }

        long before = _options.Clock.GetTimestamp();
        var manifest = new CheckpointManifest(
            CheckpointManifest.CurrentVersion, _field.Name, _fingerprint, _budget.ToString(), _progress.Step,
            _steps.Total, _progress.LearningTime.TotalSeconds, _progress.Rows, _progress.Operations,
            _progress.ExaminedStep, _progress.BestStep, _progress.BestValue, []);
        long bytes = _writer.Save(
            manifest, _learner.State(), _session.Experience.CaptureState(), _recipe.KeepLast);
        _savedTimestamp = _options.Clock.GetTimestamp();
        TimeSpan duration = _options.Clock.GetElapsedTime(before, _savedTimestamp);
        _observer.OnCheckpoint(new CheckpointReport(_progress.Step, _writer.SavedPath!, bytes, duration));
    }

    // What is examined and shown at the end is what the run is used with afterwards: its best checkpoint.
    private TrainingOutcome Finish(CancellationToken cancellation)
    {
        Checkpoint best = _writer.Checkpoints.OpenBest(_observer.OnNote);
        best.LoadParameters(_session.Network.Parameters);

        // Of learning, whose memory is planned; the last examination's comes and goes.
        long peakMemory = MemoryReport.ProcessPeakBytes();
        ExaminationReport examined = Examine(_options.FinalDepth, cancellation, isFinal: true);
        ComputeReport compute = ComputeReport.Of(
            _session, _progress.Step, _progress.Rows, _progress.Operations, _progress.LearningTime) with
        {
            PeakFlopsPerSecond = _options.PeakFlopsPerSecond,
            Memory = _memory,
            PeakMemoryBytes = peakMemory,
            RecomputedShare = _session.Network.CountRecomputation(_session.Batch.Sequences)
                / Math.Max(1, _session.Network.CountOperations(_session.Batch.Sequences, training: true)),
        };
        RunReport report = _writer.Conclude(
            RunReport.Of(_field, _session, _folder.Path, examined.Result, compute), _session);
        _observer.OnSamples(report.Samples);
        return new TrainingOutcome(true, _progress.Step, best.Path, report);
    }
}
