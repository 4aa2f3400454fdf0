using Polymath.Cli.Benchmarks.Peers;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Measurements;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>
/// Training steps on random tokens, in each precision, beside PyTorch in fp32 and in bf16 autocast with as many threads:
/// in turns in one run, by processor time, medians over the turns. The share of the peak is by 6 operations a parameter
/// and token (Kaplan et al., 2020), and by the operations that are counted.
/// </summary>
internal static class TrainingBenchmark
{
    private const string Name = "training";
    private const int Turns = 5, WarmUpTurns = 2;

    /// <summary>Measures.</summary>
    /// <param name="threads">Threads, ours and the peer's.</param>
    /// <param name="notes">Where it says why the peer is missing.</param>
    public static IEnumerable<BenchmarkRow> Run(int threads, Action<string> notes)
    {
        var rows = new List<BenchmarkRow>();
        foreach (TrainingModel model in new[] { TrainingModels.Gpt2, TrainingModels.Small, TrainingModels.Characters })
        {
            notes($"training: {model.Name} ...");
            using var comparison = new Comparison(model, threads, notes);
            rows.AddRange(comparison.Run());
            notes = _ => { };
        }

        return rows;
    }

    /// <summary>All that take turns at one model.</summary>
    private sealed class Comparison : IDisposable
    {
        private readonly TrainingModel _model;
        private readonly List<RandomTokenLearner> _learners = [];
        private readonly Dictionary<RandomTokenLearner, List<double>> _peaks = [];
        private readonly List<TorchPeer> _peers;

        public Comparison(TrainingModel model, int threads, Action<string> notes)
        {
            _model = model;
            _peers = TorchPeer.StartAll(model.PeerScript, model.PeerArguments, threads, notes);
            foreach (ProductPrecision precision in ProductPrecisions.Native)
            {
                var learner = new RandomTokenLearner(model.In(precision), threads);
                _learners.Add(learner);
                _peaks[learner] = [];
            }
        }

        public List<BenchmarkRow> Run()
        {
            _peers.ForEach(peer => peer.WarmUp());
            _learners.ForEach(learner => learner.Contender.WarmUp(WarmUpTurns * _model.StepsPerTurn));
            for (int turn = 0; turn < Turns; turn++)
            {
                foreach (RandomTokenLearner learner in _learners)
                {
                    _peaks[learner].Add(PeakMeter.MeasureFlops(InstructionSets.Chosen, learner.Precision));
                    learner.Contender.Run(_model.StepsPerTurn);
                }

                _peers.ForEach(peer => peer.Run(_model.StepsPerTurn));
            }

            return [.. _learners.SelectMany(RowsOf)];
        }

        public void Dispose()
        {
            _peers.ForEach(peer => peer.Dispose());
            _learners.ForEach(learner => learner.Dispose());
        }

        private IEnumerable<BenchmarkRow> RowsOf(RandomTokenLearner learner)
        {
            Contender ours = learner.Contender;
            int threads = learner.ThreadCount;
            string name = $"{_model.Name}, {ProductPrecisions.NameOf(learner.Precision)}";
            foreach (TorchPeer peer in _peers.Where(peer => peer.IsFairTo(learner.Precision)))
            {
                yield return BenchmarkRow.Compare(
                    Name, $"{name}: by processor time", ours.RowsPerCpuSecond, "tokens/CPU-s", peer.Version,
                    peer.RowsPerCpuSecond, threads);
                yield return BenchmarkRow.Compare(
                    Name, $"{name}: wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", peer.Version,
                    peer.WallSecondsPerStep * 1e3, threads);
            }

            if (_peers.Count == 0)
            {
                yield return new(
                    Name, $"{name}: by processor time", ours.RowsPerCpuSecond, "tokens/CPU-s", null, null, threads);
                yield return new(
                    Name, $"{name}: wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", null, null, threads);
            }

            double peak = Median.Of(_peaks[learner]);
            string reference = $"{ProductPrecisions.NameOf(learner.Precision)} peak in this run";
            double rate = ours.RowsPerCpuSecond;
            yield return BenchmarkRow.Compare(
                Name, $"{name}: 6 operations a parameter and token", 6e-9 * learner.ParameterCount * rate,
                "GFLOP/CPU-s", reference, peak / 1e9, threads);
            yield return BenchmarkRow.Compare(
                Name, $"{name}: counted operations",
                ours.LastStep.Operations / ours.LastStep.Rows * rate / 1e9, "GFLOP/CPU-s", reference, peak / 1e9, threads);
            yield return new(
                Name, $"{name}: managed memory allocated by a step", ours.AllocatedBytesPerStep, "bytes", null, null,
                threads);
        }
    }
}
