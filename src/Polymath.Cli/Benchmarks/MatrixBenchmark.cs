using System.Diagnostics;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Measurements;

namespace Polymath.Cli.Benchmarks;

/// <summary>
/// Matrix multiplication at the shapes of training and inference, against the peak of this machine. Every shape and the
/// peak take turns, round after round, so that all see the same machine; a figure is the median of the rounds. One
/// thread is timed by the processor time of the process, which leaves out what other programs take from a shared
/// machine; several threads by the clock.
/// </summary>
internal sealed unsafe class MatrixBenchmark : IDisposable
{
    private const string Bench = "kernels";
    private const int Rows = 1024, CharacterRows = 768;

    // A timing of less would feel the clock; operations, so that it is some milliseconds on any machine.
    private const double OperationsPerTiming = 1e9;

    private readonly InstructionSet _set;
    private readonly WorkerTeam _single, _team;
    private readonly CpuMatrixMultiplier _singleMultiplier, _teamMultiplier;
    private readonly MemoryPlan _plan = new();
    private readonly PlannedBuffer _a, _b, _c;
    private readonly double _bandwidth;

    private MatrixBenchmark(InstructionSet set, int threadCount)
    {
        _set = set;
        _single = new WorkerTeam(1);
        _team = new WorkerTeam(threadCount);
        _singleMultiplier = new CpuMatrixMultiplier(set, _single);
        _teamMultiplier = new CpuMatrixMultiplier(set, _team);
        _a = _plan.Reserve("operands", MaxElements(shape => (long)shape.M * shape.K));
        _b = _plan.Reserve("operands", MaxElements(shape => (long)shape.N * shape.K));
        _c = _plan.Reserve("products", MaxElements(shape => (long)shape.M * shape.N));
        _plan.Commit();
        Fill(_a);
        Fill(_b);
        _bandwidth = PeakMeter.MeasureReadBandwidth(set);
    }

    private static IReadOnlyList<Shape> Float32Shapes { get; } =
    [
        .. Layer(Rows, 3072, 768), .. Layer(Rows, 768, 3072), .. Layer(Rows, 768, 768), .. Layer(Rows, 2304, 768),
        .. Layer(Rows, 50257, 768),
        .. Layer(CharacterRows, 384, 128), .. Layer(CharacterRows, 512, 128), .. Layer(CharacterRows, 128, 512),
        .. Layer(CharacterRows, 128, 128), .. Layer(CharacterRows, 65, 128),
        .. new[] { 1, 4, 8 }.Select(rows => new Shape(MatrixProduct.NT, rows, 50257, 768)),
    ];

    // Those that read few rows are bound by the memory of their fp32 weights: rounding makes them no faster.
    private IEnumerable<Shape> Shapes => _singleMultiplier.HasBFloat16Products
        ? Float32Shapes.Concat(
            Float32Shapes
                .Where(shape => !shape.IsBoundByMemory)
                .Select(shape => shape with { Precision = ProductPrecision.BFloat16 }))
        : Float32Shapes;

    /// <summary>Measures all shapes with one thread and, if there are more, with all.</summary>
    /// <param name="set">The instruction set.</param>
    /// <param name="threadCount">The threads.</param>
    /// <param name="roundCount">The rounds; the median of an odd number is one of them.</param>
    public static IReadOnlyList<BenchmarkRow> Run(InstructionSet set, int threadCount, int roundCount = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(roundCount);
        using var benchmark = new MatrixBenchmark(set, threadCount);
        return benchmark.Run(roundCount);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _singleMultiplier.Dispose();
        _teamMultiplier.Dispose();
        _single.Dispose();
        _team.Dispose();
        _plan.Dispose();
    }

    private List<BenchmarkRow> Run(int roundCount)
    {
        var peaks = new List<double>();
        var bfloat16Peaks = new List<double>();
        var samples = Shapes.ToDictionary(shape => shape, _ => new Samples([], [], []));
        for (int round = 0; round < roundCount; round++)
        {
            foreach ((Shape shape, Samples sample) in samples)
            {
                bool isRounded = shape.Precision == ProductPrecision.BFloat16;
                double peak = PeakMeter.MeasureFlops(_set, shape.Precision);
                (isRounded ? bfloat16Peaks : peaks).Add(peak);
                (double wall, double processor) = Time(shape, _singleMultiplier);
                sample.Rates.Add(shape.Operations / processor);
                sample.PeakShares.Add(shape.Operations / processor / peak);
                if (_team.ThreadCount > 1)
                {
                    sample.SpeedUps.Add(wall / Time(shape, _teamMultiplier).Wall);
                }
            }
        }

        return
        [
            .. RowsOfPeak(ProductPrecision.Float32, peaks),
            .. RowsOfPeak(ProductPrecision.BFloat16, bfloat16Peaks),
            new(Bench, "memory read", _bandwidth / 1e9, "GB/s", null, null, 1),
            .. samples.SelectMany(pair => RowsOf(pair.Key, pair.Value)),
        ];
    }

    // The three products of a linear layer: its output, the gradient of its input, the gradient of its weight.
    private static IEnumerable<Shape> Layer(int rows, int outputs, int inputs) =>
    [
        new(MatrixProduct.NT, rows, outputs, inputs),
        new(MatrixProduct.NN, rows, inputs, outputs),
        new(MatrixProduct.TN, outputs, inputs, rows),
    ];

    private static long MaxElements(Func<Shape, long> count) => Float32Shapes.Max(count);

    private static IEnumerable<BenchmarkRow> RowsOfPeak(ProductPrecision precision, List<double> peaks)
    {
        string name = $"{ProductPrecisions.NameOf(precision)} multiply-add peak";
        return peaks.Count == 0 ? [] : [new(Bench, name, Median.Of(peaks) / 1e9, "GFLOP/s", null, null, 1)];
    }

    private static void Fill(PlannedBuffer buffer)
    {
        var random = new RandomStream(0, RandomStream.StreamOf(Bench));
        for (long index = 0; index < buffer.ElementCount; index++)
        {
            buffer.Floats[index] = (2 * random.NextSingle()) - 1;
        }
    }

    private IEnumerable<BenchmarkRow> RowsOf(Shape shape, Samples samples)
    {
        double rate = Median.Of(samples.Rates);
        if (shape.IsBoundByMemory)
        {
            double bytes = rate / shape.Operations * shape.N * shape.K * sizeof(float);
            yield return new(Bench, shape.Name, bytes / 1e9, "GB/s", "memory read in this run", bytes / _bandwidth, 1);
        }
        else
        {
            yield return new(
                Bench, shape.Name, rate / 1e9, "GFLOP/s",
                $"{ProductPrecisions.NameOf(shape.Precision)} peak in this run", Median.Of(samples.PeakShares), 1);
        }

        if (samples.SpeedUps.Count > 0)
        {
            double speedUp = Median.Of(samples.SpeedUps);
            yield return new(
                Bench, $"{shape.Name}, {_team.ThreadCount} threads", rate * speedUp / 1e9, "GFLOP/s",
                "one thread in this run", speedUp, _team.ThreadCount);
        }
    }

    // The seconds of one product, by the clock and of the processor.
    private (double Wall, double Processor) Time(Shape shape, CpuMatrixMultiplier multiplier)
    {
        int repeats = (int)Math.Max(1, OperationsPerTiming / shape.Operations / (shape.IsBoundByMemory ? 8 : 1));
        Multiply(shape, multiplier);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            Multiply(shape, multiplier);
        }

        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (wall / repeats, (Environment.CpuUsage.TotalTime - processor).TotalSeconds / repeats);
    }

    private void Multiply(Shape shape, CpuMatrixMultiplier multiplier)
    {
        (MatrixProduct product, int m, int n, int k, ProductPrecision precision) = shape;
        bool aTransposed = product == MatrixProduct.TN, bTransposed = product == MatrixProduct.NT;
        multiplier.Multiply(
            product,
            new MatrixView(_a.Floats, aTransposed ? k : m, aTransposed ? m : k),
            new MatrixView(_b.Floats, bTransposed ? n : k, bTransposed ? k : n),
            new MatrixView(_c.Floats, m, n),
            accumulate: product == MatrixProduct.TN,
            precision: precision);
    }

    private sealed record Samples(List<double> Rates, List<double> PeakShares, List<double> SpeedUps);

    private sealed record Shape(
        MatrixProduct Product, int M, int N, int K, ProductPrecision Precision = ProductPrecision.Float32)
    {
        public double Operations => 2.0 * M * N * K;

        public string Name => $"{ProductPrecisions.NameOf(Precision)} {Product} {M}x{N}x{K}";

        public bool IsBoundByMemory => M <= 8;
    }
}
