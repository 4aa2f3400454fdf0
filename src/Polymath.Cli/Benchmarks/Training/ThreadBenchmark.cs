using Polymath.Compute;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>
/// Training steps of GPT-2 124M by one thread, by several, and by several beside another program that wants a core: in
/// turns, by the clock, medians over the turns.
/// </summary>
internal static class ThreadBenchmark
{
    private const string Name = "threads";
    private const int Turns = 5, WarmUpSteps = 2;

    /// <summary>Measures.</summary>
    /// <param name="threads">Our threads; 1 means 2.</param>
    /// <param name="notes">Where it says what cannot be measured.</param>
    public static IEnumerable<BenchmarkRow> Run(int threads, Action<string> notes)
    {
        threads = Math.Max(2, threads);
        if (!BusyProcess.IsSupported)
        {
            notes("a busy process is started by a POSIX shell, which this system lacks: that row is left out");
        }

        // The fastest precision waits for its threads the most.
        TrainingModel model = TrainingModels.Gpt2;
        ProductPrecision precision = ProductPrecisions.Native[^1];
        using var one = new RandomLearner(model.In(precision), 1);
        using var several = new RandomLearner(model.In(precision), threads);
        return Compare($"{model.Name}, {ProductPrecisions.NameOf(precision)}", one, several);
    }

    private static List<BenchmarkRow> Compare(string model, RandomLearner one, RandomLearner several)
    {
        one.Contender.WarmUp(WarmUpSteps);
        several.Contender.WarmUp(WarmUpSteps);
        var alone = new List<double>();
        var beside = new List<double>();
        var single = new List<double>();
        for (int turn = 0; turn < Turns; turn++)
        {
            single.Add(one.Contender.Run(1).RowsPerSecond);
            alone.Add(several.Contender.Run(1).RowsPerSecond);
            if (BusyProcess.IsSupported)
            {
                using BusyProcess other = BusyProcess.Start();
                beside.Add(several.Contender.Run(1).RowsPerSecond);
            }
        }

        int threads = several.ThreadCount;
        double singleRate = Median.Of(single), rate = Median.Of(alone), sharedRate = Median.Of(beside);
        List<BenchmarkRow> rows =
        [
            new(Name, $"{model}: 1 thread", singleRate, "tokens/s", null, null, 1),
            BenchmarkRow.Compare(
                Name, $"{model}: {threads} threads", rate, "tokens/s", "1 thread", singleRate, threads),
        ];
        if (BusyProcess.IsSupported)
        {
            string name = $"{model}: {threads} threads beside a busy process";
            rows.Add(BenchmarkRow.Compare(Name, name, sharedRate, "tokens/s", $"{threads} threads", rate, threads));
            rows.Add(BenchmarkRow.Compare(Name, name, sharedRate, "tokens/s", "1 thread", singleRate, threads));
        }

        return rows;
    }
}
