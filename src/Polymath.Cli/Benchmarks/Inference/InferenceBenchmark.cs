using Polymath.Cli.Benchmarks.Peers;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Measurements;

namespace Polymath.Cli.Benchmarks.Inference;

/// <summary>
/// Taking in a prompt and continuing it, with quantised weights, beside llama.cpp on the same weights with as many
/// threads: in turns in one run, medians over the turns. Continuing reads all weights for every token: its rate of
/// bytes is put beside what one core reads from memory in sequence.
/// </summary>
internal static class InferenceBenchmark
{
    /// <summary>The tokens of a prompt.</summary>
    public const int PromptLength = 512;

    private const string Name = "inference";
    private const int Turns = 5, ContinuedTokens = 32, ShortPromptLength = 16;

    /// <summary>Measures a model in both formats.</summary>
    /// <param name="model">The model.</param>
    /// <param name="threads">Threads, ours and the peer's.</param>
    /// <param name="notes">Where it says why the peer is missing.</param>
    public static IEnumerable<BenchmarkRow> Run(InferenceModel model, int threads, Action<string> notes)
    {
        bool hasPeer = LlamaPeer.IsInstalled(notes);
        var rows = new List<BenchmarkRow>();
        foreach (WeightFormat format in new[] { WeightFormat.Q8_0, WeightFormat.Q4_0 })
        {
            notes($"{Name}: {model.Name}, {format} ...");
            using var comparison = new Comparison(model, format, threads, hasPeer);
            rows.AddRange(comparison.Run());
        }

        return rows;
    }

    /// <summary>All that take turns at one model.</summary>
    private sealed class Comparison : IDisposable
    {
        private readonly string _name;
        private readonly int _threads;
        private readonly RandomGenerator _ours;
        private readonly LlamaPeer? _peer;
        private readonly List<double> _bandwidths = [];
        private readonly int[] _prompt, _continued;
        private readonly Side _oursTimed = new(), _peerTimed = new();

        public Comparison(InferenceModel model, WeightFormat format, int threads, bool hasPeer)
        {
            _name = $"{model.Name}, {format}";
            _threads = threads;
            var random = new RandomStream(0, RandomStream.StreamOf(Name));
            _prompt = [.. Enumerable.Range(0, PromptLength).Select(_ => (int)random.NextBelow(model.VocabularySize))];
            _continued = _prompt[..ContinuedTokens];
            var weights = new RandomWeights(format);
            _peer = hasPeer ? StartPeer(model, weights, threads) : null;
            _ours = new RandomGenerator(model, weights, threads);
        }

        public IEnumerable<BenchmarkRow> Run()
        {
            // What is not measured: the first touch of memory, the compilation of code.
            _ours.TakeIn(_prompt.AsSpan(0, ShortPromptLength));
            _ours.Continue(_continued.AsSpan(0, 2));
            _peer?.TakeIn(ShortPromptLength);
            _peer?.Continue(2);
            for (int turn = 0; turn < Turns; turn++)
            {
                // A part of each turn: what a shared machine's memory yields changes within a run.
                _bandwidths.Add(PeakMeter.MeasureReadBandwidth(InstructionSets.Chosen));
                _ours.TakeIn(_prompt.AsSpan(0, ShortPromptLength));
                _oursTimed.Continued.Add(InferenceTurn.Of(() => _ours.Continue(_continued)));
                if (_peer is not null)
                {
                    _peer.TakeIn(ShortPromptLength);
                    _peerTimed.Continued.Add(_peer.Continue(ContinuedTokens));
                }

                _oursTimed.TakenIn.Add(InferenceTurn.Of(() => _ours.TakeIn(_prompt)));
                if (_peer is not null)
                {
                    _peerTimed.TakenIn.Add(_peer.TakeIn(PromptLength));
                }
            }

            return Rows();
        }

        public void Dispose()
        {
            _ours.Dispose();
            _peer?.Dispose();
        }

        private static LlamaPeer StartPeer(InferenceModel model, RandomWeights weights, int threads)
        {
            string path = Path.Combine(Path.GetTempPath(), $"polymath-bench-{Environment.ProcessId}.gguf");
            try
            {
                InferenceModelFile.Write(path, model, weights);
                return LlamaPeer.Start(path, threads, model.Recipe.ContextLength);
            }
            finally
            {
                File.Delete(path);
            }
        }

        private IEnumerable<BenchmarkRow> Rows()
        {
            yield return Row("decode", ContinuedTokens, _oursTimed.Continued, _peerTimed.Continued);
            double bytes = _ours.BytesPerToken * ContinuedTokens
                / Median.Of(_oursTimed.Continued.Select(turn => turn.WallSeconds));
            yield return BenchmarkRow.Compare(
                Name, $"{_name}: weights read by decode", bytes / 1e9, "GB/s", "memory read by one core in this run",
                Median.Of(_bandwidths) / 1e9, _threads);
            yield return Row($"prefill of {PromptLength}", PromptLength, _oursTimed.TakenIn, _peerTimed.TakenIn);
        }

        private BenchmarkRow Row(string what, int tokens, List<InferenceTurn> ours, List<InferenceTurn> peers)
        {
            return BenchmarkRow.Compare(
                Name, $"{_name}, {_threads} threads: {what}", Rate(ours), "tokens/s", _peer?.Version, Rate(peers),
                _threads);

            double Rate(List<InferenceTurn> turns) => tokens / Median.Of(turns.Select(turn => turn.WallSeconds));
        }

        private sealed record Side
        {
            public List<InferenceTurn> TakenIn { get; } = [];

            public List<InferenceTurn> Continued { get; } = [];
        }
    }
}
