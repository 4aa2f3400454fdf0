namespace Polymath.Learning;

/// <summary>How a run is carried out; nothing here changes what is learnt.</summary>
public sealed record TrainingOptions
{
    /// <summary>Who is told how it goes.</summary>
    public ITrainingObserver Observer { get; init; } = new SilentObserver();

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The machine's peak in operations a second, for the share of it; 0: not known.</summary>
    public double PeakFlopsPerSecond { get; init; }

    /// <summary>How thorough the examination at the end is.</summary>
    public ExaminationDepth FinalDepth { get; init; } = ExaminationDepth.Full;

    /// <summary>Three steps and a quick examination, with everything written that a run writes.</summary>
    public bool FastDevelopmentRun { get; init; }

    /// <summary>Which checkpoint a resumed run goes on from; null: the newest that is whole.</summary>
    public long? ResumeStep { get; init; }

    private sealed class SilentObserver : ITrainingObserver;
}

/// <summary>How a run ended.</summary>
/// <param name="IsComplete">Whether the budget was used up; else it was interrupted and can be resumed.</param>
/// <param name="Step">Steps done.</param>
/// <param name="CheckpointPath">The newest checkpoint, or null where not a step was done.</param>
/// <param name="Report">The report; null where the run was interrupted.</param>
public sealed record TrainingOutcome(bool IsComplete, long Step, string? CheckpointPath, RunReport? Report);
