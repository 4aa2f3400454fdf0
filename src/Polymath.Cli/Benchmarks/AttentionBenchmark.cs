using System.Diagnostics;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Measurements;

namespace Polymath.Cli.Benchmarks;

/// <summary>
/// Attention forward and backward at the shapes of training, against the peak of this machine. Only the pairs of query
/// and key that the mask lets through count as operations. Shapes and the peak take turns, round after round; a figure
/// is the median of the rounds, by the processor time of the process.
/// </summary>
internal sealed unsafe class AttentionBenchmark : IDisposable
{
    private const string Bench = "attention";

    // A timing of less would feel the clock; operations, so that it is some milliseconds on any machine.
    private const double OperationsPerTiming = 1e9;

    // A pair of query and key: two products forward, five backward, of the head's width.
    private const double ForwardOperations = 4, BackwardOperations = 10;

    private readonly InstructionSet _set;
    private readonly CpuKernels _kernels;

    private AttentionBenchmark(InstructionSet set, int threadCount)
    {
        _set = set;
        _kernels = CpuKernels.Create(set, threadCount);
    }

    private static IReadOnlyList<Shape> Float32Shapes { get; } =
    [
        new("characters", 12, 64, 4, 32, AttentionMask.Causal),
        new("GPT-2", 4, 256, 12, 64, AttentionMask.Causal),
        new("GPT-2", 4, 256, 12, 64, AttentionMask.Bidirectional),
        new("long", 1, 1024, 12, 64, AttentionMask.Causal),
        new("long", 1, 2048, 4, 64, AttentionMask.Causal),
        new("long", 1, 2048, 4, 128, AttentionMask.Causal),
        new("long", 1, 8192, 1, 64, AttentionMask.Causal),
        new("long", 1, 8192, 1, 128, AttentionMask.Causal),
    ];

    private IEnumerable<Shape> Shapes => _kernels.HasBFloat16Products
        ? Float32Shapes.Concat(Float32Shapes.Select(shape => shape with { Precision = ProductPrecision.BFloat16 }))
        : Float32Shapes;

    /// <summary>Measures all shapes.</summary>
    /// <param name="set">The instruction set.</param>
    /// <param name="threadCount">The threads.</param>
    /// <param name="roundCount">The rounds; the median of an odd number is one of them.</param>
    public static IReadOnlyList<BenchmarkRow> Run(InstructionSet set, int threadCount, int roundCount = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(roundCount);
        using var benchmark = new AttentionBenchmark(set, threadCount);
        return [.. benchmark.Shapes.SelectMany(shape => benchmark.Measure(shape, roundCount))];
    }

    /// <inheritdoc/>
    public void Dispose() => _kernels.Dispose();

    private IEnumerable<BenchmarkRow> Measure(Shape shape, int roundCount)
    {
        using var operands = new Operands(shape);
        List<double> forward = [], backward = [], peaks = [];
        for (int round = 0; round < roundCount; round++)
        {
            peaks.Add(PeakMeter.MeasureFlops(_set, shape.Precision));
            forward.Add(RateOf(() => operands.Attend(_kernels), ForwardOperations * shape.WidePairs));
            backward.Add(RateOf(() => operands.AttendBackward(_kernels), BackwardOperations * shape.WidePairs));
        }

        double peak = Median.Of(peaks) / 1e9;
        string reference = $"{ProductPrecisions.NameOf(shape.Precision)} peak in this run";
        yield return BenchmarkRow.Compare(
            Bench, $"{shape.Title}, forward", Median.Of(forward) / 1e9, "GFLOP/s", reference, peak,
            _kernels.ThreadCount);
        yield return BenchmarkRow.Compare(
            Bench, $"{shape.Title}, backward", Median.Of(backward) / 1e9, "GFLOP/s", reference, peak,
            _kernels.ThreadCount);
    }

    // Operations per second of the processor.
    private static double RateOf(Action action, double operations)
    {
        int repeats = (int)Math.Max(1, OperationsPerTiming / operations);
        action();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            action();
        }

        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double processor = (Environment.CpuUsage.TotalTime - before).TotalSeconds;

        // The system counts processor time in coarse steps on some machines; it is never more than the clock's here.
        return operations * repeats / (processor > 0 ? processor : wall);
    }

    private sealed record Shape(
        string Name, int Sequences, int Length, int Heads, int HeadWidth, AttentionMask Mask,
        ProductPrecision Precision = ProductPrecision.Float32)
    {
        public double WidePairs => (double)Sequences * Heads * HeadWidth * Length
            * (Mask == AttentionMask.Causal ? (Length + 1) / 2.0 : Length);

        public string Title =>
            $"{ProductPrecisions.NameOf(Precision)} {Name} {Sequences}x{Length}, {Heads} heads of {HeadWidth}, "
            + (Mask == AttentionMask.Causal ? "causal" : "bidirectional");
    }

    // Query, key and value lie side by side, as a joined linear layer writes them, and so do their gradients.
    private sealed class Operands : IDisposable
    {
        private readonly Shape _shape;
        private readonly AttentionShape _heads;
        private readonly MemoryPlan _plan = new();
        private readonly SequenceLayout _layout;
        private readonly PlannedMatrix _joined, _output, _dOutput, _dJoined;
        private readonly PlannedBuffer _logSums;

        public Operands(Shape shape)
        {
            _shape = shape;
            _heads = new AttentionShape(shape.Heads, shape.Heads, shape.HeadWidth, 1 / MathF.Sqrt(shape.HeadWidth));
            int rows = shape.Sequences * shape.Length, columns = shape.Heads * shape.HeadWidth;
            _layout = new SequenceLayout(_plan, shape.Sequences, rows, shape.Mask);
            _joined = _plan.ReserveMatrix(Bench, rows, 3 * columns);
            _dJoined = _plan.ReserveMatrix(Bench, rows, 3 * columns);
            _output = _plan.ReserveMatrix(Bench, rows, columns);
            _dOutput = _plan.ReserveMatrix(Bench, rows, columns);
            _logSums = _plan.Reserve(Bench, (long)rows * shape.Heads);
            _plan.Commit();
            for (int sequence = 0; sequence < shape.Sequences; sequence++)
            {
                _layout.Add(shape.Length);
            }

            Fill(_joined.View);
            Fill(_dOutput.View);
        }

        public void Attend(CpuKernels kernels) => kernels.Attend(
            _heads, _layout, Part(_joined, 0), Part(_joined, 1), Part(_joined, 2), _output.View, _logSums.Floats,
            _shape.Precision);

        public void AttendBackward(CpuKernels kernels) => kernels.AttendBackward(
            _heads, _layout, Part(_joined, 0), Part(_joined, 1), Part(_joined, 2), _output.View, _logSums.Floats,
            _dOutput.View, Part(_dJoined, 0), Part(_dJoined, 1), Part(_dJoined, 2), _shape.Precision);

        public void Dispose() => _plan.Dispose();

        private static void Fill(MatrixView matrix)
        {
            var random = new RandomStream(0, RandomStream.StreamOf(Bench));
            for (int row = 0; row < matrix.Rows; row++)
            {
                foreach (ref float element in matrix.RowSpan(row))
                {
                    element = (4 * random.NextSingle()) - 2;
                }
            }
        }

        private MatrixView Part(PlannedMatrix joined, int index)
        {
            int columns = _heads.HeadCount * _heads.HeadWidth;
            return joined.View.ColumnRange(index * columns, columns);
        }
    }
}
