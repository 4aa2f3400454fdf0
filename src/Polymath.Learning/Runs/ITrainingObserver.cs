namespace Polymath.Learning;

/// <summary>
/// Who is told how training goes: a terminal, a log, a test. Called on the training thread between steps, in order;
/// what an observer throws ends the run.
/// </summary>
public interface ITrainingObserver
{
    /// <summary>Everything is prepared; the planned memory is about to be allocated.</summary>
    void OnStart(TrainingStart start)
    {
    }

    /// <summary>A step is done. Called every step: must not allocate where the run is not to.</summary>
    void OnStep(in StepReport report)
    {
    }

    /// <summary>An examination begins: it may take long.</summary>
    void OnExaminationStart(long step, ExaminationDepth depth)
    {
    }

    /// <summary>The network was examined.</summary>
    void OnExamination(ExaminationReport report)
    {
    }

    /// <summary>A checkpoint was saved.</summary>
    void OnCheckpoint(CheckpointReport report)
    {
    }

    /// <summary>What the network made at the end.</summary>
    void OnSamples(IReadOnlyList<string> samples)
    {
    }

    /// <summary>Something that a person should know, in a sentence.</summary>
    void OnNote(string note)
    {
    }
}
