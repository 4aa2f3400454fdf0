using System.Diagnostics;
using Polymath.Compute;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>Kernels that keep how long each kernel of theirs took, products by shape.</summary>
/// <param name="inner">What computes; the caller's.</param>
internal sealed unsafe class TimedKernels(Kernels inner) : Kernels
{
    private readonly Dictionary<KernelCall, KernelTime> _times = [];

    /// <summary>What every kernel took since the last <see cref="Clear"/>.</summary>
    public IReadOnlyDictionary<KernelCall, KernelTime> Times => _times;

    public override string Name => inner.Name;

    public override int ThreadCount => inner.ThreadCount;

    public override bool HasBFloat16Products => inner.HasBFloat16Products;

    /// <summary>Forgets all times.</summary>
    public void Clear() => _times.Clear();

    public override void Multiply(
        MatrixProduct product, MatrixView a, MatrixView b, MatrixView c, bool accumulate = false, float* bias = null,
        ProductPrecision precision = ProductPrecision.Float32)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Multiply(product, a, b, c, accumulate, bias, precision);
        Add(new($"{nameof(Multiply)} {product}", c.Rows, c.Columns, product == MatrixProduct.TN ? a.Rows : a.Columns), start);
    }

    public override void AddNormalize(
        NormalizationKind kind, MatrixView x, MatrixView? delta, float* deltaBias, MatrixView sum, float* gain,
        float* shift, float epsilon, MatrixView y, float* mean, float* inverseDeviation)
    {
        long start = Stopwatch.GetTimestamp();
        inner.AddNormalize(kind, x, delta, deltaBias, sum, gain, shift, epsilon, y, mean, inverseDeviation);
        Add(new(nameof(AddNormalize)), start);
    }

    public override void NormalizeBackward(
        NormalizationKind kind, MatrixView sum, MatrixView dy, float* gain, float* mean, float* inverseDeviation,
        MatrixView dx, bool accumulate, MatrixView? dDelta, float* dGain, float* dShift, float* dDeltaBias)
    {
        long start = Stopwatch.GetTimestamp();
        inner.NormalizeBackward(
            kind, sum, dy, gain, mean, inverseDeviation, dx, accumulate, dDelta, dGain, dShift, dDeltaBias);
        Add(new(nameof(NormalizeBackward)), start);
    }

    public override void NormalizeHeads(
        MatrixView x, int headWidth, float* gain, float epsilon, MatrixView y, float* inverseDeviation)
    {
        long start = Stopwatch.GetTimestamp();
        inner.NormalizeHeads(x, headWidth, gain, epsilon, y, inverseDeviation);
        Add(new(nameof(NormalizeHeads)), start);
    }

    public override void NormalizeHeadsBackward(
        MatrixView x, int headWidth, float* gain, float* inverseDeviation, MatrixView dy, float* dGain)
    {
        long start = Stopwatch.GetTimestamp();
        inner.NormalizeHeadsBackward(x, headWidth, gain, inverseDeviation, dy, dGain);
        Add(new(nameof(NormalizeHeadsBackward)), start);
    }

    public override void Rotate(MatrixView x, int headWidth, int* positions, MatrixView table, bool inverse)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Rotate(x, headWidth, positions, table, inverse);
        Add(new(nameof(Rotate)), start);
    }

    public override void Gelu(MatrixView x, MatrixView y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Gelu(x, y);
        Add(new(nameof(Gelu)), start);
    }

    public override void GeluBackward(MatrixView x, MatrixView dy, float* dBias)
    {
        long start = Stopwatch.GetTimestamp();
        inner.GeluBackward(x, dy, dBias);
        Add(new(nameof(GeluBackward)), start);
    }

    public override void SwiGlu(MatrixView gateAndUp, MatrixView y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.SwiGlu(gateAndUp, y);
        Add(new(nameof(SwiGlu)), start);
    }

    public override void SwiGluBackward(MatrixView gateAndUp, MatrixView dy, MatrixView dGateAndUp, float* dBias)
    {
        long start = Stopwatch.GetTimestamp();
        inner.SwiGluBackward(gateAndUp, dy, dGateAndUp, dBias);
        Add(new(nameof(SwiGluBackward)), start);
    }

    public override void AddColumnSums(MatrixView x, float* sums)
    {
        long start = Stopwatch.GetTimestamp();
        inner.AddColumnSums(x, sums);
        Add(new(nameof(AddColumnSums)), start);
    }

    public override void Attend(
        AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key, MatrixView value,
        MatrixView output, float* logSums, ProductPrecision precision = ProductPrecision.Float32)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Attend(shape, layout, query, key, value, output, logSums, precision);
        Add(new(nameof(Attend)), start);
    }

    public override void AttendBackward(
        AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key, MatrixView value,
        MatrixView output, float* logSums, MatrixView dOutput, MatrixView dQuery, MatrixView dKey, MatrixView dValue,
        ProductPrecision precision = ProductPrecision.Float32)
    {
        long start = Stopwatch.GetTimestamp();
        inner.AttendBackward(
            shape, layout, query, key, value, output, logSums, dOutput, dQuery, dKey, dValue, precision);
        Add(new(nameof(AttendBackward)), start);
    }

    public override void AttendCached(
        AttentionShape shape, MatrixView query, MatrixView keys, MatrixView values, MatrixView output,
        ProductPrecision precision = ProductPrecision.Float32)
    {
        long start = Stopwatch.GetTimestamp();
        inner.AttendCached(shape, query, keys, values, output, precision);
        Add(new(nameof(AttendCached)), start);
    }

    public override void Embed(int* tokens, MatrixView table, int* positions, MatrixView? positionTable, MatrixView y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Embed(tokens, table, positions, positionTable, y);
        Add(new(nameof(Embed)), start);
    }

    public override void EmbedBackward(
        int* tokens, MatrixView dTable, int* positions, MatrixView? dPositionTable, MatrixView dy)
    {
        long start = Stopwatch.GetTimestamp();
        inner.EmbedBackward(tokens, dTable, positions, dPositionTable, dy);
        Add(new(nameof(EmbedBackward)), start);
    }

    public override void GatherWindows(WindowShape shape, MatrixView x, MatrixView windows)
    {
        long start = Stopwatch.GetTimestamp();
        inner.GatherWindows(shape, x, windows);
        Add(new(nameof(GatherWindows)), start);
    }

    public override void SumWindows(WindowShape shape, MatrixView dWindows, MatrixView dx)
    {
        long start = Stopwatch.GetTimestamp();
        inner.SumWindows(shape, dWindows, dx);
        Add(new(nameof(SumWindows)), start);
    }

    public override PackedWeights PlanWeights(MemoryPlan plan, IReadOnlyList<WeightPart> parts, int columns) =>
        inner.PlanWeights(plan, parts, columns);

    public override void PackRows(PackedWeights weights, int row, ReadOnlySpan<byte> blocks) =>
        inner.PackRows(weights, row, blocks);

    public override void MultiplyPacked(MatrixView x, PackedWeights weights, MatrixView y, float* bias = null)
    {
        long start = Stopwatch.GetTimestamp();
        inner.MultiplyPacked(x, weights, y, bias);
        Add(new(nameof(MultiplyPacked)), start);
    }

    public override void EmbedPacked(
        int* tokens, PackedWeights table, int* positions, MatrixView? positionTable, MatrixView y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.EmbedPacked(tokens, table, positions, positionTable, y);
        Add(new(nameof(EmbedPacked)), start);
    }

    public override void CrossEntropy(MatrixView logits, int* targets, float gradientScale, float* losses)
    {
        long start = Stopwatch.GetTimestamp();
        inner.CrossEntropy(logits, targets, gradientScale, losses);
        Add(new(nameof(CrossEntropy)), start);
    }

    public override void CrossEntropy(MatrixView logits, MatrixView targets, float gradientScale, float* losses)
    {
        long start = Stopwatch.GetTimestamp();
        inner.CrossEntropy(logits, targets, gradientScale, losses);
        Add(new(nameof(CrossEntropy)), start);
    }

    public override void MeanSequences(SequenceLayout layout, MatrixView x, MatrixView y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.MeanSequences(layout, x, y);
        Add(new(nameof(MeanSequences)), start);
    }

    public override void MeanSequencesBackward(SequenceLayout layout, MatrixView dy, MatrixView dx)
    {
        long start = Stopwatch.GetTimestamp();
        inner.MeanSequencesBackward(layout, dy, dx);
        Add(new(nameof(MeanSequencesBackward)), start);
    }

    public override void Copy(MatrixView x, MatrixView y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Copy(x, y);
        Add(new(nameof(Copy)), start);
    }

    public override void Fill(float* y, long count, float value)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Fill(y, count, value);
        Add(new(nameof(Fill)), start);
    }

    public override void Blend(float* y, float scaleY, float* x, float scaleX, long count)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Blend(y, scaleY, x, scaleX, count);
        Add(new(nameof(Blend)), start);
    }

    public override double SumOfSquares(float* x, long count)
    {
        long start = Stopwatch.GetTimestamp();
        double result = inner.SumOfSquares(x, count);
        Add(new(nameof(SumOfSquares)), start);
        return result;
    }

    public override void AdamW(
        in AdamWStep step, float* parameters, float* gradients, float* firstMoments, float* secondMoments, long count)
    {
        long start = Stopwatch.GetTimestamp();
        inner.AdamW(in step, parameters, gradients, firstMoments, secondMoments, count);
        Add(new(nameof(AdamW)), start);
    }

    /// <summary>The caller disposes of what computes.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private void Add(KernelCall call, long start)
    {
        KernelTime time = _times.GetValueOrDefault(call);
        _times[call] = new(time.Calls + 1, time.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
