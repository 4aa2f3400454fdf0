using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Cli.Benchmarks;

/// <summary>
/// Training steps of GPT-2 124M, batch 4 x 256, in fp32, on random tokens, beside PyTorch with one thread: in turns in
/// one run, medians over the turns.
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
        using Kernels kernels = KernelChoice.Create(threads);
        using var plan = new MemoryPlan();
        using var session = new RandomTokenSession(kernels, plan, recipe);
        var learner = new Learner(session, plan);
        plan.Commit();
        learner.Start();
        var ours = new Contender(learner, recipe.BatchSize * recipe.Network.ContextLength);
        ours.WarmUp(2);
        using PeerProcess? peer = PeerProcess.Start("gpt2_training.py", ["--warmup", "1"], out string reason);
        if (peer is null)
        {
            notes(reason);
        }

        var peerRates = new List<double>();
        for (int turn = 0; turn < Turns; turn++)
        {
            ours.Run(1);
            if (peer is not null)
            {
                peerRates.Add(peer.Run(1).RowsPerCpuSecond);
            }
        }

        yield return BenchmarkRow.Compare(
            Name, "training", ours.RowsPerCpuSecond, "tokens/CPU-s", peer?.Version, Median.Of(peerRates), threads);
        yield return new(Name, "wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", null, null, threads);
        yield return new(Name, "managed memory allocated by a step", ours.AllocatedBytesPerStep, "bytes", null, null, threads);
    }
}
