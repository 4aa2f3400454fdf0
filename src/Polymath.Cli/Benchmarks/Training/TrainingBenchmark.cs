namespace Polymath.Cli.Benchmarks.Training;

/// <summary>
/// Training steps on random tokens, in each precision, beside PyTorch in fp32 and in bf16 autocast with as many threads:
/// in turns in one run, by processor time, medians over the turns. The share of the peak is by 6 operations a parameter
/// and token (Kaplan et al., 2020), and by the operations that are counted.
/// </summary>
internal static class TrainingBenchmark
{
    private const string Name = "training";

    /// <summary>Measures.</summary>
    /// <param name="threads">Threads, ours and the peer's.</param>
    /// <param name="notes">Where it says why the peer is missing.</param>
    public static IEnumerable<BenchmarkRow> Run(int threads, Action<string> notes)
    {
        var rows = new List<BenchmarkRow>();
        foreach (TrainingModel model in new[] { TrainingModels.Gpt2, TrainingModels.Small, TrainingModels.Characters })
        {
            notes($"training: {model.Name} ...");
            var subject = new TrainingSubject(
                Name, model.Name, "tokens", model.StepsPerTurn, model.PeerScript, model.PeerArguments,
                precision => new RandomLearner(model.In(precision), threads))
            {
                IsCountedByParameters = true,
            };
            using var comparison = new TrainingComparison(subject, threads, notes);
            rows.AddRange(comparison.Run());
            notes = _ => { };
        }

        return rows;
    }
}
