using System.Diagnostics;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Measurements;

namespace Polymath.Cli.Benchmarks.Inference;

/// <summary>
/// One row times packed weights of every format, as each token of a continuation needs it, beside the memory's read
/// bandwidth. Formats and the bandwidth take turns; a figure is the median of the rounds, by the clock.
/// </summary>
internal static unsafe class WeightsBenchmark
{
    private const string Bench = "weights";

    // Larger than any last cache in every format.
    private const int Columns = 2048, Rows = 1 << 17;

    private const int Rounds = 5, TokensPerRound = 3;

    private static readonly WeightFormat[] Formats =
    [
        WeightFormat.Q8_0, WeightFormat.Q4_0, WeightFormat.Q4_K, WeightFormat.Q6_K, WeightFormat.Float16,
        WeightFormat.BFloat16, WeightFormat.Float32,
    ];

    /// <summary>Measures.</summary>
    /// <param name="set">The instruction set.</param>
    /// <param name="threads">The threads.</param>
    public static IEnumerable<BenchmarkRow> Run(InstructionSet set, int threads)
    {
        using var kernels = CpuKernels.Create(set, threads);
        foreach (WeightFormat format in Formats)
        {
            yield return Measure(kernels, set, format);
        }
    }

    private static BenchmarkRow Measure(CpuKernels kernels, InstructionSet set, WeightFormat format)
    {
        using var plan = new MemoryPlan();
        PackedWeights weights = kernels.PlanWeights(plan, [new WeightPart(format, Rows)], Columns);
        PlannedMatrix x = plan.ReserveMatrix(Bench, 1, Columns), y = plan.ReserveMatrix(Bench, 1, Rows);
        plan.Commit();
        Fill(kernels, weights, format);
        x.View.RowSpan(0).Fill(0.5f);
        kernels.MultiplyPacked(x.View, weights, y.View);
        List<double> rates = [], bandwidths = [];
        for (int round = 0; round < Rounds; round++)
        {
            bandwidths.Add(PeakMeter.MeasureReadBandwidth(set));
            long start = Stopwatch.GetTimestamp();
            for (int token = 0; token < TokensPerRound; token++)
            {
                kernels.MultiplyPacked(x.View, weights, y.View);
            }

            rates.Add(weights.Bytes * TokensPerRound / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return BenchmarkRow.Compare(
            Bench, $"{format}, one row times {Rows} x {Columns}", Median.Of(rates) / 1e9, "GB/s",
            "read bandwidth of one thread", Median.Of(bandwidths) / 1e9, kernels.ThreadCount);
    }

    // Bytes of 0x30 to 0x3f are finite, normal numbers in every format.
    private static void Fill(CpuKernels kernels, PackedWeights weights, WeightFormat format)
    {
        var blocks = new byte[format.RowBytes(Columns)];
        var random = new RandomStream(0, RandomStream.StreamOf(Bench));
        foreach (ref byte value in blocks.AsSpan())
        {
            value = (byte)(0x30 | random.NextBelow(16));
        }

        for (int row = 0; row < Rows; row++)
        {
            kernels.PackRows(weights, row, blocks);
        }
    }
}
