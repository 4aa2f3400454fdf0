using Polymath.Cli.Benchmarks.Peers;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Measurements;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>
/// Training steps on random data, in each precision, beside PyTorch in fp32 and in bf16 autocast with as many threads: in
/// turns in one run, by processor time, medians over the turns.
/// </summary>
internal sealed class TrainingComparison : IDisposable
{
    private const int Turns = 5, WarmUpTurns = 2;

    private readonly TrainingSubject _subject;
    private readonly List<RandomLearner> _learners = [];
    private readonly Dictionary<RandomLearner, List<double>> _peaks = [];
    private readonly List<TorchPeer> _peers;

    public TrainingComparison(TrainingSubject subject, int threads, Action<string> notes)
    {
        _subject = subject;
        _peers = TorchPeer.StartAll(
            subject.PeerScript, subject.PeerArguments, threads, ProductPrecisions.Native, notes);
        foreach (ProductPrecision precision in ProductPrecisions.Native)
        {
            RandomLearner learner = subject.Open(precision);
            _learners.Add(learner);
            _peaks[learner] = [];
        }
    }

    public List<BenchmarkRow> Run()
    {
        _peers.ForEach(peer => peer.WarmUp());
        _learners.ForEach(learner => learner.Contender.WarmUp(WarmUpTurns * _subject.StepsPerTurn));
        for (int turn = 0; turn < Turns; turn++)
        {
            foreach (RandomLearner learner in _learners)
            {
                _peaks[learner].Add(PeakMeter.MeasureFlops(InstructionSets.Chosen, learner.Precision));
                learner.Contender.Run(_subject.StepsPerTurn);
            }

            _peers.ForEach(peer => peer.Run(_subject.StepsPerTurn));
        }

        return [.. _learners.SelectMany(RowsOf)];
    }

    public void Dispose()
    {
        _peers.ForEach(peer => peer.Dispose());
        _learners.ForEach(learner => learner.Dispose());
    }

    private IEnumerable<BenchmarkRow> RowsOf(RandomLearner learner)
    {
        Contender ours = learner.Contender;
        int threads = learner.ThreadCount;
        string name = $"{_subject.Name}, {ProductPrecisions.NameOf(learner.Precision)}";
        foreach (TorchPeer peer in _peers.Where(peer => peer.IsFairTo(learner.Precision)))
        {
            yield return BenchmarkRow.Compare(
                _subject.Bench, $"{name}: by processor time", ours.RowsPerCpuSecond, $"{_subject.Unit}/CPU-s",
                peer.Version, peer.RowsPerCpuSecond, threads);
            yield return BenchmarkRow.Compare(
                _subject.Bench, $"{name}: wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", peer.Version,
                peer.WallSecondsPerStep * 1e3, threads);
        }

        if (_peers.Count == 0)
        {
            yield return new(
                _subject.Bench, $"{name}: by processor time", ours.RowsPerCpuSecond, $"{_subject.Unit}/CPU-s", null, null,
                threads);
            yield return new(
                _subject.Bench, $"{name}: wall time of a step", ours.WallSecondsPerStep * 1e3, "ms", null, null, threads);
        }

        double peak = Median.Of(_peaks[learner]);
        string reference = $"{ProductPrecisions.NameOf(learner.Precision)} peak in this run";
        double rate = ours.RowsPerCpuSecond;
        if (_subject.IsCountedByParameters)
        {
            yield return BenchmarkRow.Compare(
                _subject.Bench, $"{name}: 6 operations a parameter and token", 6e-9 * learner.ParameterCount * rate,
                "GFLOP/CPU-s", reference, peak / 1e9, threads);
        }

        yield return BenchmarkRow.Compare(
            _subject.Bench, $"{name}: counted operations",
            ours.LastStep.Operations / ours.LastStep.Rows * rate / 1e9, "GFLOP/CPU-s", reference, peak / 1e9, threads);
        yield return new(
            _subject.Bench, $"{name}: managed memory allocated by a step", ours.AllocatedBytesPerStep, "bytes", null, null,
            threads);
    }
}
