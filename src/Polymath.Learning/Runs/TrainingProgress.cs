namespace Polymath.Learning;

/// <summary>How far a run has come: what a checkpoint keeps beside the tensors.</summary>
internal sealed class TrainingProgress
{
    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Rows seen.</summary>
    public long Rows { get; private set; }

    /// <summary>Operations done.</summary>
    public double Operations { get; private set; }

    /// <summary>Time spent on steps.</summary>
    public TimeSpan LearningTime { get; private set; }

    /// <summary>The step that was examined last; null: none was.</summary>
    public long? ExaminedStep { get; private set; }

    /// <summary>The step that examined best; null: none was examined.</summary>
    public long? BestStep { get; private set; }

    /// <summary>The decisive metric there.</summary>
    public double? BestValue { get; private set; }

    /// <summary>Takes over where a checkpoint left off.</summary>
    public void Restore(CheckpointManifest manifest)
    {
        (Step, Rows, Operations) = (manifest.Step, manifest.Rows, manifest.Operations);
        LearningTime = TimeSpan.FromSeconds(manifest.LearningSeconds);
        (ExaminedStep, BestStep, BestValue) = (manifest.ExaminedStep, manifest.BestStep, manifest.BestValue);
    }

    /// <summary>Counts a step in.</summary>
    public void Add(in LearnerStep step, TimeSpan duration)
    {
        Step++;
        Rows += step.Rows;
        Operations += step.Operations;
        LearningTime += duration;
    }

    /// <summary>
    /// Takes note of an examination; true where it is the best so far, or as good: of equals the last has learnt the
    /// longest. A value that is no number never is.
    /// </summary>
    public bool Examined(double value, bool lowerIsBetter)
    {
        bool isBest = double.IsFinite(value)
            && (BestValue is not double best || (lowerIsBetter ? value <= best : value >= best));
        ExaminedStep = Step;
        (BestStep, BestValue) = isBest ? (Step, value) : (BestStep, BestValue);
        return isBest;
    }
}
