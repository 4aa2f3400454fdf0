using System.Diagnostics;
using Polymath.Compute;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>Where the time of a training step goes, kernel by kernel, in the fastest precision.</summary>
internal static class StepProfile
{
    private const string Name = "profile";
    private const int Turns = 5;

    /// <summary>Measures.</summary>
    /// <param name="threads">Threads.</param>
    public static IEnumerable<BenchmarkRow> Run(int threads) =>
        new[] { TrainingModels.Gpt2, TrainingModels.Small, TrainingModels.Characters }
            .SelectMany(model => Measure(model, threads));

    private static List<BenchmarkRow> Measure(TrainingModel model, int threads)
    {
        ProductPrecision precision = ProductPrecisions.Native[^1];
        string title = $"{model.Name}, {ProductPrecisions.NameOf(precision)}";
        TimedKernels? timed = null;
        using var learner = new RandomLearner(
            model.In(precision), threads, kernels => timed = new TimedKernels(kernels));
        int steps = Turns * model.StepsPerTurn;
        learner.Contender.WarmUp(model.StepsPerTurn + 1);
        timed!.Clear();
        long start = Stopwatch.GetTimestamp();
        learner.Contender.WarmUp(steps);
        double step = Stopwatch.GetElapsedTime(start).TotalSeconds / steps;
        List<BenchmarkRow> rows = [new(Name, $"{title}: step", step * 1e3, "ms", null, null, threads)];
        foreach ((KernelCall call, KernelTime time) in timed.Times.OrderByDescending(pair => pair.Value.Seconds))
        {
            string rate = call.Operations > 0 ? $", {call.Operations * time.Calls / time.Seconds / 1e9:F0} GFLOP/s" : "";
            rows.Add(BenchmarkRow.Compare(
                Name, $"{title}: {call}, {time.Calls / steps} calls{rate}", time.Seconds / steps * 1e3, "ms", "step",
                step * 1e3, threads));
        }

        double kernels = timed.Times.Values.Sum(time => time.Seconds) / steps;
        rows.Add(BenchmarkRow.Compare(
            Name, $"{title}: outside kernels", (step - kernels) * 1e3, "ms", "step", step * 1e3, threads));
        return rows;
    }
}
