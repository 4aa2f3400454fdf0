using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Text;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;

namespace Polymath.Cli.Benchmarks;

/// <summary>
/// nanoGPT's published setting for a CPU: a character model of 4 layers, 4 heads and width 128, context 64, batch 12,
/// 2 000 steps. We and PyTorch train it on the same text in turns: time per step, and the held-out loss at the end.
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
        using Kernels kernels = KernelChoice.Create(threads);
        using var plan = new MemoryPlan();
        using IFieldSession session = new TextField().Open(
            recipe, new SessionContext(kernels, plan, folder, SessionPurpose.Training, notes));
        var learner = new Learner(session, plan);
        plan.Commit();
        learner.Start();
        var ours = new Contender(
            learner, recipe.BatchSize * recipe.Network.ContextLength,
            step => Schedule.ShareOfPeak(recipe.Learning, step, Steps));
        using PeerProcess? peer = PeerProcess.Start(
            "char_shakespeare.py", ["--warmup", "0", "--text", recipe.Data[0]], out string reason);
        var timings = new List<PeerTiming>();
        if (peer is null)
        {
            notes(reason);
        }

        for (int done = 0; done < Steps; done += StepsPerTurn)
        {
            ours.Run(StepsPerTurn);
            if (peer is not null)
            {
                timings.Add(peer.Run(StepsPerTurn));
            }
        }

        ExaminationResult examined = session.Examination.Examine(ExaminationDepth.Full);
        double loss = examined.Metrics.First(metric => metric.Key == "loss").Value;
        return
        [
            BenchmarkRow.Compare(
                Name, "wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", peer?.Version,
                Median.Of(timings.Select(timing => timing.WallSecondsPerStep)) * 1e3, threads),
            BenchmarkRow.Compare(
                Name, "training", ours.RowsPerCpuSecond, "tokens/CPU-s", peer?.Version,
                Median.Of(timings.Select(timing => timing.RowsPerCpuSecond)), threads),
            BenchmarkRow.Compare(
                Name, $"held-out loss on {text}", loss, "nats/character", peer?.Version,
                peer?.Validate(PeerValidationBatches) ?? double.NaN, threads),
            BenchmarkRow.Compare(
                Name, $"held-out loss on {text}", loss, "nats/character",
                text == Published ? "nanoGPT's README" : null, PublishedLoss, threads),
            new(Name, "managed memory allocated by a step", ours.AllocatedBytesPerStep, "bytes", null, null, threads),
        ];
    }
}
