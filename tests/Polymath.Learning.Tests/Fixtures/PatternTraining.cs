using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Learning.Tests;

/// <summary>Trains the pattern field in a folder.</summary>
internal static class PatternTraining
{
    public static TrainingOutcome Run(
        PatternField field, PatternRecipe recipe, string path, TrainingOptions? options = null, int threadCount = 1) =>
        RunUntil(field, recipe, path, options, TestContext.Current.CancellationToken, threadCount);

    public static TrainingOutcome RunUntil(
        PatternField field, PatternRecipe recipe, string path, TrainingOptions? options, CancellationToken cancellation,
        int threadCount = 1)
    {
        using Kernels kernels = CpuKernels.Create(InstructionSets.Chosen, threadCount);
        return RunWith(kernels, field, recipe, path, options, cancellation);
    }

    public static TrainingOutcome RunWith(
        Kernels kernels, PatternField field, PatternRecipe recipe, string path, TrainingOptions? options = null,
        CancellationToken cancellation = default)
    {
        using RunFolder folder = RunFolder.Create(path);
        return Training.Run(field, recipe, folder, kernels, options ?? new TrainingOptions(), cancellation);
    }

    public static TrainingOutcome Resume(
        PatternField field, string path, TrainingOptions? options = null, params string[] edits)
    {
        using Kernels kernels = CpuKernels.Create(InstructionSets.Chosen, 1);
        using RunFolder folder = RunFolder.Resume(path);
        Recipe recipe = folder.ReadRecipe(field, edits);
        return Training.Run(field, recipe, folder, kernels, options ?? new TrainingOptions());
    }

    /// <summary>The parameters of a checkpoint, as the bytes of its file.</summary>
    public static byte[] ParametersAt(string path, long step) =>
        File.ReadAllBytes(Path.Combine(path, "checkpoints", $"step-{step}", StateFile.ParametersName));

    /// <summary>All tensors of a checkpoint, as the bytes of its files.</summary>
    public static byte[] StateAt(string path, long step) =>
        [.. Directory.EnumerateFiles(Path.Combine(path, "checkpoints", $"step-{step}"))
            .Where(file => Path.GetFileName(file) != CheckpointManifest.FileName)
            .Order(StringComparer.Ordinal)
            .SelectMany(File.ReadAllBytes)];
}

/// <summary>Keeps what a run reports, and may act on it.</summary>
internal sealed class RecordingObserver : ITrainingObserver
{
    public List<StepReport> Steps { get; } = [];

    public List<ExaminationReport> Examinations { get; } = [];

    public List<CheckpointReport> Checkpoints { get; } = [];

    public List<string> Notes { get; } = [];

    public TrainingStart? Start { get; private set; }

    public Action<long> Stepped { get; init; } = _ => { };

    public void OnStart(TrainingStart start) => Start = start;

    public void OnStep(in StepReport report)
    {
        Steps.Add(report);
        Stepped(report.Step);
    }

    public void OnExamination(ExaminationReport report) => Examinations.Add(report);

    public void OnCheckpoint(CheckpointReport report) => Checkpoints.Add(report);

    public void OnNote(string note) => Notes.Add(note);
}
