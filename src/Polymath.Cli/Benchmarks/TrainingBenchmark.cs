using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Cli.Benchmarks;

/// <summary>
/// Training steps of GPT-2 124M, batch 4 x 256, on random tokens, in each precision, beside PyTorch with one thread: in
/// turns in one run, medians over the turns.
/// </summary>
internal static class TrainingBenchmark
{
    private const string Name = "gpt2-124m";
    private const int Turns = 5;

    /// <summary>What GPT-2's trunks have in common (Radford et al., 2019).</summary>
    public static TrunkRecipe Gpt2 { get; } = new()
    {
        Normalization = NormalizationKind.LayerNorm, Activation = ActivationKind.Gelu,
        Positions = PositionKind.Learned, Biases = true, TiedHead = true,
    };

    /// <summary>Measures.</summary>
    /// <param name="threads">Our threads; the peer has one.</param>
    /// <param name="notes">Where it says why the peer is missing.</param>
    public static IEnumerable<BenchmarkRow> Run(int threads, Action<string> notes)
    {
        var recipe = new TextRecipe
        {
            BatchSize = 4, ModelVocabularySize = 50257,
            Network = Gpt2 with { LayerCount = 12, Width = 768, HeadCount = 12, ContextLength = 256 },
            Learning = new LearningRecipe { LearningRate = 3e-4f },
        };
        var learners = ProductPrecisions.Native
            .Select(precision => new RandomTokenLearner(
                recipe with { Learning = recipe.Learning with { Precision = precision } }, threads))
            .ToList();
        try
        {
            return Compare(learners, threads, notes);
        }
        finally
        {
            learners.ForEach(learner => learner.Dispose());
        }
    }

    private static List<BenchmarkRow> Compare(List<RandomTokenLearner> learners, int threads, Action<string> notes)
    {
        learners.ForEach(learner => learner.Contender.WarmUp(2));
        using PeerProcess? peer = PeerProcess.Start("gpt2_training.py", ["--warmup", "1"], out string reason);
        if (peer is null)
        {
            notes(reason);
        }

        var peerRates = new List<double>();
        for (int turn = 0; turn < Turns; turn++)
        {
            learners.ForEach(learner => learner.Contender.Run(1));
            if (peer is not null)
            {
                peerRates.Add(peer.Run(1).RowsPerCpuSecond);
            }
        }

        return [.. learners.SelectMany(learner => RowsOf(learner, learners[0], peer?.Version, peerRates, threads))];
    }

    private static IEnumerable<BenchmarkRow> RowsOf(
        RandomTokenLearner learner, RandomTokenLearner first, string? peer, List<double> peerRates, int threads)
    {
        string precision = ProductPrecisions.NameOf(learner.Precision);
        Contender ours = learner.Contender;
        yield return BenchmarkRow.Compare(
            Name, $"{precision}: training", ours.RowsPerCpuSecond, "tokens/CPU-s", peer, Median.Of(peerRates), threads);
        if (learner != first)
        {
            yield return BenchmarkRow.Compare(
                Name, $"{precision}: training", ours.RowsPerCpuSecond, "tokens/CPU-s",
                $"ours in {ProductPrecisions.NameOf(first.Precision)}", first.Contender.RowsPerCpuSecond, threads);
        }

        yield return new(
            Name, $"{precision}: wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", null, null, threads);
        yield return new(
            Name, $"{precision}: managed memory allocated by a step", ours.AllocatedBytesPerStep, "bytes", null, null,
            threads);
    }

    /// <summary>A model with its kernels and memory, learning random tokens.</summary>
    private sealed class RandomTokenLearner : IDisposable
    {
        private readonly Kernels _kernels;
        private readonly MemoryPlan _plan = new();
        private readonly RandomTokenSession _session;

        public RandomTokenLearner(TextRecipe recipe, int threads)
        {
            Precision = recipe.Learning.Precision;
            _kernels = KernelChoice.Create(threads);
            _session = new RandomTokenSession(_kernels, _plan, recipe);
            var learner = new Learner(_session, _plan);
            _plan.Commit();
            learner.Start();
            Contender = new Contender(learner, recipe.BatchSize * recipe.Network.ContextLength);
        }

        public ProductPrecision Precision { get; }

        public Contender Contender { get; }

        public void Dispose()
        {
            _session.Dispose();
            _plan.Dispose();
            _kernels.Dispose();
        }
    }
}
