using System.Diagnostics;
using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>All memory of a run, known before the first step.</summary>
/// <param name="Planned">The planned bytes by purpose, largest first.</param>
/// <param name="PlannedBytes">The plan's total, alignment included.</param>
/// <param name="BaselineBytes">What the process holds beside the plan: the runtime, code, opened data.</param>
public sealed record MemoryReport(
    IReadOnlyList<(string Purpose, long Bytes)> Planned, long PlannedBytes, long BaselineBytes)
{
    /// <summary>The bytes that the process is expected to hold at its peak.</summary>
    public long TotalBytes => PlannedBytes + BaselineBytes;

    /// <summary>A plan, before it is committed, on top of what the process holds now.</summary>
    public static MemoryReport Of(MemoryPlan plan)
    {
        using Process process = Process.GetCurrentProcess();
        return new MemoryReport(plan.Summarize(), plan.TotalBytes, process.WorkingSet64);
    }

    /// <summary>The most bytes that the process held so far.</summary>
    public static long ProcessPeakBytes()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}

/// <summary>What is about to be trained.</summary>
/// <param name="Field">The field's name.</param>
/// <param name="RunPath">The run's folder.</param>
/// <param name="Kernels">What computes.</param>
/// <param name="ThreadCount">The kernels' threads.</param>
/// <param name="ParameterCount">The network's parameters.</param>
/// <param name="RowName">What rows are called in rates.</param>
/// <param name="LossUnit">The unit of the loss.</param>
/// <param name="Facts">Facts of the field, by name.</param>
/// <param name="Memory">The memory needed.</param>
/// <param name="Budget">How long to learn.</param>
/// <param name="TotalSteps">All steps of the run; 0: fixed after the first steps.</param>
/// <param name="ResumedStep">Steps done by earlier sessions; 0 for a new run.</param>
public sealed record TrainingStart(
    string Field, string RunPath, string Kernels, int ThreadCount, long ParameterCount, string RowName, string LossUnit,
    IReadOnlyList<(string Name, string Value)> Facts, MemoryReport Memory, Budget Budget, long TotalSteps,
    long ResumedStep);

/// <summary>How one step went. Rates are means over the last seconds.</summary>
/// <param name="Step">Steps done, this one included.</param>
/// <param name="TotalSteps">All steps of the run; 0 until fixed.</param>
/// <param name="Loss">The mean loss of the step's rows before the update.</param>
/// <param name="LearningRate">AdamW's learning rate.</param>
/// <param name="GradientNorm">The global norm of the gradient before clipping.</param>
/// <param name="Rows">Rows of the step.</param>
/// <param name="RowsPerSecond">Rows a second.</param>
/// <param name="FlopsPerSecond">Operations a second of the network's passes.</param>
/// <param name="ShareOfPeak">The share of the machine's peak; 0 where no peak is known.</param>
/// <param name="LearningTime">Time spent on steps, earlier sessions included.</param>
/// <param name="TimeLeft">The steps left at the present rate; null until the total is fixed.</param>
public readonly record struct StepReport(
    long Step, long TotalSteps, double Loss, double LearningRate, double GradientNorm, long Rows, double RowsPerSecond,
    double FlopsPerSecond, double ShareOfPeak, TimeSpan LearningTime, TimeSpan? TimeLeft);

/// <summary>An examination during or after training.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Depth">How thorough it was.</param>
/// <param name="Result">What it found.</param>
/// <param name="IsBest">Whether the decisive metric is the best so far.</param>
/// <param name="IsFinal">Whether it is the last one, of the best parameters.</param>
/// <param name="Duration">How long it took.</param>
public sealed record ExaminationReport(
    long Step, ExaminationDepth Depth, ExaminationResult Result, bool IsBest, bool IsFinal, TimeSpan Duration);

/// <summary>A checkpoint saved.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Duration">How long saving took.</param>
public sealed record CheckpointReport(long Step, string Path, long Bytes, TimeSpan Duration);
