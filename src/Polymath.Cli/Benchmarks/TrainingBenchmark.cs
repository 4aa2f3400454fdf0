using System.Diagnostics;
using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Cli.Benchmarks;

/// <summary>
/// Whole training steps beside PyTorch: the same model, batch, precision and one thread each, in turns in one run;
/// medians over the turns. Wall and processor time are both given, for the machine may be shared.
/// </summary>
internal static class TrainingBenchmark
{
    private static readonly TrunkRecipe Gpt2 = new()
    {
        Normalization = NormalizationKind.LayerNorm, Activation = ActivationKind.Gelu,
        Positions = PositionKind.Learned, Biases = true, TiedHead = true,
    };

    /// <summary>GPT-2 124M, batch 4 x 256 (Radford et al., 2019).</summary>
    public static TrainingCase Gpt2Small { get; } = new(
        "gpt2-124m",
        new TextRecipe
        {
            BatchSize = 4, ModelVocabularySize = 50257,
            Network = Gpt2 with { LayerCount = 12, Width = 768, HeadCount = 12, ContextLength = 256 },
            Learning = new LearningRecipe { LearningRate = 3e-4f },
        },
        "gpt2_training.py", ["--warmup", "1"], Turns: 5, StepsPerTurn: 1);

    /// <summary>The character model of nanoGPT's README, its setting for a CPU.</summary>
    public static TrainingCase Characters { get; } = new(
        "characters", CharacterRecipe([]), "char_shakespeare.py", ["--warmup", "20"], Turns: 9, StepsPerTurn: 20);

    /// <summary>nanoGPT's published setting for a CPU: 4 layers, 4 heads, width 128, context 64, batch 12.</summary>
    public static TextRecipe CharacterRecipe(IReadOnlyList<string> data) => new()
    {
        Data = data, Budget = "2000steps", BatchSize = 12, ModelVocabularySize = data.Count > 0 ? 0 : 65,
        Seed = 1337,
        Tokenizer = new TokenizerRecipe { Kind = Formats.Tokenizers.TokenizerKind.Characters },
        Network = Gpt2 with { LayerCount = 4, Width = 128, HeadCount = 4, ContextLength = 64, Biases = false },
        Learning = new LearningRecipe
        {
            LearningRate = 1e-3f, Beta2 = 0.99f, WarmupSteps = 100, FinalShare = 0.1f, ClipNorm = 1,
        },
    };

    /// <summary>Measures a case.</summary>
    /// <param name="training">What to train.</param>
    /// <param name="threads">Our threads; the peer has one.</param>
    /// <param name="notes">Where it says why a peer is missing.</param>
    public static IEnumerable<BenchmarkRow> Run(TrainingCase training, int threads, Action<string> notes)
    {
        using Kernels kernels = KernelChoice.Create(threads);
        using var plan = new MemoryPlan();
        using var session = new RandomTokenSession(kernels, plan, training.Recipe);
        var learner = new Learner(session, plan);
        plan.Commit();
        learner.Start();
        var ours = new Contender(learner, training.Recipe.BatchSize * training.Recipe.Network.ContextLength);
        ours.Run(Math.Max(2, training.StepsPerTurn));
        ours.Clear();
        using PeerProcess? peer = PeerProcess.Start(training.PeerScript, training.PeerArguments, out string reason);
        var peerWall = new List<double>();
        var peerRate = new List<double>();
        if (peer is null)
        {
            notes(reason);
        }

        for (int turn = 0; turn < training.Turns; turn++)
        {
            ours.Run(training.StepsPerTurn);
            if (peer is not null)
            {
                PeerTiming timing = peer.Run(training.StepsPerTurn);
                peerWall.Add(timing.WallSecondsPerStep);
                peerRate.Add(timing.RowsPerCpuSecond);
            }
        }

        yield return Row(training.Name, "wall time per step", ours.WallSeconds * 1e3, "ms", peer?.Version, Median(peerWall) * 1e3, threads);
        yield return Row(training.Name, "tokens per CPU-second", ours.RowsPerCpuSecond, "tokens/CPU-s", peer?.Version, Median(peerRate), threads);
        yield return new BenchmarkRow(
            "training", $"{training.Name}: managed bytes allocated per step", ours.AllocatedBytesPerStep, "bytes", null, null, threads);
    }

    private static BenchmarkRow Row(
        string name, string what, double value, string unit, string? reference, double referenceValue, int threads) =>
        reference is null
            ? new("training", $"{name}: {what}", value, unit, null, null, threads)
            : new("training", $"{name}: {what}", value, unit, $"{reference}, {referenceValue:G4} {unit}", value / referenceValue, threads);

    private static double Median(List<double> values)
    {
        if (values.Count == 0)
        {
            return double.NaN;
        }

        values.Sort();
        return values[values.Count / 2];
    }

    /// <summary>Our side of the turns.</summary>
    private sealed class Contender(Learner learner, int rows)
    {
        private readonly List<double> _wall = [];
        private readonly List<double> _rates = [];
        private long _step;
        private long _allocated;
        private long _steps;

        public double WallSeconds => Median(_wall);

        public double RowsPerCpuSecond => Median(_rates);

        public double AllocatedBytesPerStep => (double)_allocated / Math.Max(1, _steps);

        public void Clear()
        {
            _wall.Clear();
            _rates.Clear();
            (_allocated, _steps) = (0, 0);
        }

        public void Run(int steps)
        {
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            for (int step = 0; step < steps; step++)
            {
                learner.Step(++_step, 1);
            }

            double wall = Stopwatch.GetElapsedTime(start).TotalSeconds / steps;
            double used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / steps;
            _allocated += GC.GetTotalAllocatedBytes(precise: true) - allocated;
            _steps += steps;
            _wall.Add(wall);
            _rates.Add(rows / used);
        }
    }
}

/// <summary>A model to train in turns with a peer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Recipe">Ours.</param>
/// <param name="PeerScript">The peer's script.</param>
/// <param name="PeerArguments">Its arguments.</param>
/// <param name="Turns">How often each side has its turn.</param>
/// <param name="StepsPerTurn">Steps of a turn.</param>
internal sealed record TrainingCase(
    string Name, TextRecipe Recipe, string PeerScript, IReadOnlyList<string> PeerArguments, int Turns, int StepsPerTurn);
