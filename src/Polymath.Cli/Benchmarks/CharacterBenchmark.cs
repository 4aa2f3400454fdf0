using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Text;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;

namespace Polymath.Cli.Benchmarks;

/// <summary>
/// nanoGPT's published setting for a CPU: a character model of 4 layers, 4 heads and width 128, context 64, batch 12,
/// 2 000 steps. We, in each precision, and PyTorch train it on the same text in turns: time per step, and the held-out
/// loss at the end.
/// </summary>
internal static class CharacterBenchmark
{
    private const string Name = "characters";
    private const string Published = "tiny-shakespeare";
    private const string Substitute = "moby-dick";

    // nanoGPT's README, tiny Shakespeare, nats per character.
    private const double PublishedLoss = 1.88;

    private const int Steps = 2000;
    private const int StepsPerTurn = 50;
    private const int PeerValidationBatches = 145;

    /// <summary>Measures.</summary>
    /// <param name="threads">Our threads; the peer has one.</param>
    /// <param name="notes">Where it says what is missing.</param>
    public static IEnumerable<BenchmarkRow> Run(int threads, Action<string> notes)
    {
        (string text, string path) = FindText(notes);
        string folder = Directory.CreateTempSubdirectory("polymath-bench-").FullName;
        try
        {
            return Compare(text, Recipe(path), folder, threads, notes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static TextRecipe Recipe(string path) => new()
    {
        Data = [path], BatchSize = 12, Seed = 1337, ExaminationOverlap = 0, ExaminationTokens = 0,
        Tokenizer = new TokenizerRecipe { Kind = TokenizerKind.Characters },
        Network = TrainingBenchmark.Gpt2 with
        {
            LayerCount = 4, Width = 128, HeadCount = 4, ContextLength = 64, Biases = false,
        },
        Learning = new LearningRecipe
        {
            LearningRate = 1e-3f, Beta2 = 0.99f, WarmupSteps = 100, FinalShare = 0.1f, ClipNorm = 1,
        },
    };

    private static (string Name, string Path) FindText(Action<string> notes)
    {
        var store = new DataStore(CacheFolders.Data);
        try
        {
            return (Published, store.GetAsync(Published).GetAwaiter().GetResult());
        }
        catch (DataUnavailableException fault)
        {
            notes(fault.Message);
            notes($"{Substitute} takes its place: times and the ratio of losses hold, the published loss does not.");
            return (Substitute, store.GetAsync(Substitute).GetAwaiter().GetResult());
        }
    }

    private static List<BenchmarkRow> Compare(
        string text, TextRecipe recipe, string folder, int threads, Action<string> notes)
    {
        var learners = ProductPrecisions.Native
            .Select(precision =>
                new TextLearner(recipe, precision, Path.Combine(folder, $"{precision}"), threads, notes))
            .ToList();
        try
        {
            return Compare(text, recipe, learners, threads, notes);
        }
        finally
        {
            learners.ForEach(learner => learner.Dispose());
        }
    }

    private static List<BenchmarkRow> Compare(
        string text, TextRecipe recipe, List<TextLearner> learners, int threads, Action<string> notes)
    {
        using PeerProcess? peer = PeerProcess.Start(
            "char_shakespeare.py", ["--warmup", "0", "--text", recipe.Data[0]], out string reason);
        var timings = new List<PeerTiming>();
        if (peer is null)
        {
            notes(reason);
        }

        for (int done = 0; done < Steps; done += StepsPerTurn)
        {
            foreach (Contender contender in learners.Select(learner => learner.Contender))
            {
                // The first turn compiles the code, and is not measured.
                if (done == 0)
                {
                    contender.WarmUp(StepsPerTurn);
                }
                else
                {
                    contender.Run(StepsPerTurn);
                }
            }

            if (peer is not null)
            {
                timings.Add(peer.Run(StepsPerTurn));
            }
        }

        double peerLoss = peer?.Validate(PeerValidationBatches) ?? double.NaN;
        return
        [
            .. learners.SelectMany(
                learner => RowsOf(text, learner, learners[0], peer?.Version, timings, peerLoss, threads)),
        ];
    }

    private static IEnumerable<BenchmarkRow> RowsOf(
        string text, TextLearner learner, TextLearner first, string? peer, List<PeerTiming> timings, double peerLoss,
        int threads)
    {
        string precision = ProductPrecisions.NameOf(learner.Precision), held = $"{precision}: held-out loss on {text}";
        Contender ours = learner.Contender;
        yield return BenchmarkRow.Compare(
            Name, $"{precision}: wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", peer,
            Median.Of(timings.Select(timing => timing.WallSecondsPerStep)) * 1e3, threads);
        yield return BenchmarkRow.Compare(
            Name, $"{precision}: training", ours.RowsPerCpuSecond, "tokens/CPU-s", peer,
            Median.Of(timings.Select(timing => timing.RowsPerCpuSecond)), threads);
        yield return BenchmarkRow.Compare(Name, held, learner.Loss, "nats/character", peer, peerLoss, threads);
        if (text == Published)
        {
            yield return BenchmarkRow.Compare(
                Name, held, learner.Loss, "nats/character", "nanoGPT's README", PublishedLoss, threads);
        }

        yield return new(
            Name, $"{precision}: managed memory allocated by a step", ours.AllocatedBytesPerStep, "bytes", null, null,
            threads);
        if (learner != first)
        {
            string reference = $"ours in {ProductPrecisions.NameOf(first.Precision)}";
            yield return BenchmarkRow.Compare(
                Name, $"{precision}: training", ours.RowsPerCpuSecond, "tokens/CPU-s", reference,
                first.Contender.RowsPerCpuSecond, threads);
            yield return BenchmarkRow.Compare(
                Name, held, learner.Loss, "nats/character", reference, first.Loss, threads);
        }
    }

    /// <summary>The character model with its kernels and memory, learning in one precision.</summary>
    private sealed class TextLearner : IDisposable
    {
        private readonly Kernels _kernels;
        private readonly MemoryPlan _plan = new();
        private readonly IFieldSession _session;
        private double? _loss;

        public TextLearner(
            TextRecipe recipe, ProductPrecision precision, string folder, int threads, Action<string> notes)
        {
            Precision = precision;
            _kernels = KernelChoice.Create(threads);
            Directory.CreateDirectory(folder);
            recipe = recipe with { Learning = recipe.Learning with { Precision = precision } };
            _session = new TextField().Open(
                recipe, new SessionContext(_kernels, _plan, folder, SessionPurpose.Training, notes));
            var learner = new Learner(_session, _plan);
            _plan.Commit();
            learner.Start();
            Contender = new Contender(
                learner, recipe.BatchSize * recipe.Network.ContextLength,
                step => Schedule.ShareOfPeak(recipe.Learning, step, Steps));
        }

        public ProductPrecision Precision { get; }

        public Contender Contender { get; }

        /// <summary>The held-out loss, in nats a character, when it is first asked for.</summary>
        public double Loss => _loss ??= _session.Examination.Examine(ExaminationDepth.Full)
            .Metrics.First(metric => metric.Key == "loss").Value;

        public void Dispose()
        {
            _session.Dispose();
            _plan.Dispose();
            _kernels.Dispose();
        }
    }
}
