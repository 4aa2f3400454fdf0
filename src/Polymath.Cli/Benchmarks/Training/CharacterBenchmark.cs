using Polymath.Cli.Benchmarks.Peers;
using Polymath.Fields.Data;
using Polymath.Fields.Text;
using Polymath.Formats.Tokenizers;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>
/// nanoGPT's published setting for a CPU, all of its 2 000 steps: we, in each precision, and PyTorch learn the same text
/// in turns: time per step, and the held-out loss at the end.
/// </summary>
internal sealed class CharacterBenchmark : IDisposable
{
    private const string Name = "characters";
    private const string Published = "tiny-shakespeare";
    private const string Substitute = "moby-dick";

    // nanoGPT's README, tiny Shakespeare, nats per character.
    private const double PublishedLoss = 1.88;

    private const int Steps = 2000;
    private const int PeerValidationBatches = 145;

    private readonly string _text;
    private readonly int _threads;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("polymath-bench-");
    private readonly List<TextLearner> _learners;
    private readonly List<TorchPeer> _peers;

    private CharacterBenchmark(int threads, Action<string> notes)
    {
        (_text, string path) = FindText(notes);
        _threads = threads;
        TrainingModel model = TrainingModels.Characters;
        TextRecipe recipe = model.Recipe with
        {
            Data = [path], ModelVocabularySize = 0, Seed = 1337, ExaminationOverlap = 0, ExaminationTokens = 0,
            Tokenizer = new TokenizerRecipe { Kind = TokenizerKind.Characters },
        };
        _learners =
        [
            .. ProductPrecisions.Native.Select(precision => new TextLearner(
                recipe, precision, Steps, Path.Combine(_folder.FullName, $"{precision}"), threads, notes)),
        ];

        // Its first steps are among those that are compared: the peer does not warm up.
        _peers = TorchPeer.StartAll(
            model.PeerScript, ["--warmup", "0", "--text", path], threads, ProductPrecisions.Native, notes);
    }

    /// <summary>Measures.</summary>
    /// <param name="threads">Threads, ours and the peer's.</param>
    /// <param name="notes">Where it says what is missing.</param>
    public static IEnumerable<BenchmarkRow> Run(int threads, Action<string> notes)
    {
        using var benchmark = new CharacterBenchmark(threads, notes);
        return benchmark.Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _peers.ForEach(peer => peer.Dispose());
        _learners.ForEach(learner => learner.Dispose());
        _folder.Delete(recursive: true);
    }

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

    private List<BenchmarkRow> Run()
    {
        int stepsPerTurn = TrainingModels.Characters.StepsPerTurn;
        for (int done = 0; done < Steps; done += stepsPerTurn)
        {
            foreach (Contender contender in _learners.Select(learner => learner.Contender))
            {
                // The first turn compiles the code, and is not measured.
                if (done == 0)
                {
                    contender.WarmUp(stepsPerTurn);
                }
                else
                {
                    contender.Run(stepsPerTurn);
                }
            }

            _peers.ForEach(peer => peer.Run(stepsPerTurn));
        }

        return [.. _learners.SelectMany(RowsOf)];
    }

    private IEnumerable<BenchmarkRow> RowsOf(TextLearner learner)
    {
        string precision = ProductPrecisions.NameOf(learner.Precision), held = $"{precision}: held-out loss on {_text}";
        const string Unit = "nats/character";
        Contender ours = learner.Contender;
        foreach (TorchPeer peer in _peers.Where(peer => peer.IsFairTo(learner.Precision)))
        {
            yield return BenchmarkRow.Compare(
                Name, $"{precision}: wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", peer.Version,
                peer.WallSecondsPerStep * 1e3, _threads);
            yield return BenchmarkRow.Compare(
                Name, held, learner.Loss, Unit, peer.Version, peer.Validate(PeerValidationBatches), _threads);
        }

        if (_text == Published)
        {
            yield return BenchmarkRow.Compare(
                Name, held, learner.Loss, Unit, "nanoGPT's README", PublishedLoss, _threads);
        }

        TextLearner first = _learners[0];
        string? reference = learner == first ? null : $"ours in {ProductPrecisions.NameOf(first.Precision)}";
        yield return BenchmarkRow.Compare(
            Name, $"{precision}: wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", reference,
            first.Contender.WallSecondsPerStep * 1e3, _threads);
        yield return BenchmarkRow.Compare(Name, held, learner.Loss, Unit, reference, first.Loss, _threads);
    }
}
