using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The backward pass of the norm, joined to the residual stream. R: rows, C: columns.</summary>
/// <remarks>
/// With n the normalised row, g = dy·gain and means over the columns:
/// dx = (g - mean(g) - n·mean(g·n))/deviation; the RMS norm lacks mean(g) (Ba et al., 2016; Zhang and Sennrich, 2019).
/// </remarks>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="T">What activations are stored as: float or <see cref="BFloat16"/>.</typeparam>
internal static unsafe class NormalizationBackward<TSimd, T>
    where TSimd : struct, ISimd<TSimd>
    where T : unmanaged
{
    // The partial sums of a chunk: dGain, dShift and dDeltaBias, a row each.
    private const int PartialRows = 3;

    /// <summary>See <see cref="Kernels.NormalizeBackward"/>.</summary>
    public static void Run(
        WorkerTeam team, Scratch scratch, NormalizationKind kind, MatrixView sum, MatrixView dy, float* gain,
        float* mean, float* inverseDeviation, MatrixView dx, bool accumulate, MatrixView? dDelta, float* dGain,
        float* dShift, float* dDeltaBias)
    {
        int columns = sum.Columns, rowsPerChunk = Tiling.RowsPerChunk(sum.Rows);
        int chunkCount = Tiling.CountTiles(sum.Rows, rowsPerChunk), stride = PartialRows * columns;
        float* partials = scratch.Take((long)chunkCount * stride);
        var job = new Job(
            kind == NormalizationKind.LayerNorm, sum, dy, gain, mean, inverseDeviation, dx, accumulate, dDelta,
            dShift is not null, dDeltaBias is not null, rowsPerChunk, partials);
        team.Run(chunkCount, job);
        ColumnSums<TSimd>.Finish(team, partials, stride, chunkCount, columns, dGain);
        if (dShift is not null)
        {
            ColumnSums<TSimd>.Finish(team, partials + columns, stride, chunkCount, columns, dShift);
        }

        if (dDeltaBias is not null)
        {
            ColumnSums<TSimd>.Finish(team, partials + (2 * columns), stride, chunkCount, columns, dDeltaBias);
        }
    }

    // The sums of g and of g·n over the row, and this row's part of dGain and dShift.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float SumOfG, float SumOfGn) SumRow(
        float* x, T* dy, float* gain, float mean, float inverseDeviation, float* dGain, float* dShift, int columns)
    {
        TSimd means = TSimd.Create(mean), scales = TSimd.Create(inverseDeviation);
        TSimd sumOfG = TSimd.Zero, sumOfGn = TSimd.Zero;
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            TSimd g = SumStep(default(AllLanes<TSimd>), x, dy, gain, means, scales, dGain, dShift, j, out TSimd n);
            sumOfG += g;
            sumOfGn = TSimd.MultiplyAdd(g, n, sumOfGn);
        }

        if (j < columns)
        {
            var lanes = new FirstLanes<TSimd>(columns - j);
            TSimd g = SumStep(lanes, x, dy, gain, means, scales, dGain, dShift, j, out TSimd n);
            sumOfG += g;
            sumOfGn = TSimd.MultiplyAdd(g, n, sumOfGn);
        }

        return (TSimd.Sum(sumOfG), TSimd.Sum(sumOfGn));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd SumStep<TLanes>(
        TLanes lanes, float* x, T* dy, float* gain, TSimd means, TSimd scales, float* dGain, float* dShift, int j,
        out TSimd n)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd d = lanes.Load(dy + j);
        n = (lanes.Load(x + j) - means) * scales;
        lanes.Store(TSimd.MultiplyAdd(d, n, lanes.Load(dGain + j)), dGain + j);
        if (dShift is not null)
        {
            lanes.Store(lanes.Load(dShift + j) + d, dShift + j);
        }

        return d * lanes.Load(gain + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientRow(
        float* x, T* dy, float* gain, float mean, float inverseDeviation, float meanOfG, float meanOfGn, float* dx,
        bool accumulate, T* dDelta, float* dDeltaBias, int columns)
    {
        TSimd means = TSimd.Create(mean), scales = TSimd.Create(inverseDeviation);
        TSimd meansOfG = TSimd.Create(meanOfG), minusMeansOfGn = TSimd.Create(-meanOfGn);
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            GradientStep(
                default(AllLanes<TSimd>), x, dy, gain, means, scales, meansOfG, minusMeansOfGn, dx, accumulate,
                dDelta, dDeltaBias, j);
        }

        if (j < columns)
        {
            GradientStep(
                new FirstLanes<TSimd>(columns - j), x, dy, gain, means, scales, meansOfG, minusMeansOfGn, dx,
                accumulate, dDelta, dDeltaBias, j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GradientStep<TLanes>(
        TLanes lanes, float* x, T* dy, float* gain, TSimd means, TSimd scales, TSimd meansOfG, TSimd minusMeansOfGn,
        float* dx, bool accumulate, T* dDelta, float* dDeltaBias, int j)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd n = (lanes.Load(x + j) - means) * scales;
        TSimd centred = (lanes.Load(dy + j) * lanes.Load(gain + j)) - meansOfG;
        TSimd gradient = TSimd.MultiplyAdd(n, minusMeansOfGn, centred) * scales;
        if (accumulate)
        {
            gradient += lanes.Load(dx + j);
        }

        lanes.Store(gradient, dx + j);
        if (dDelta is not null)
        {
            lanes.Store(gradient, dDelta + j);
        }

        if (dDeltaBias is not null)
        {
            lanes.Store(lanes.Load(dDeltaBias + j) + gradient, dDeltaBias + j);
        }
    }

    private readonly struct Job(
        bool centre, MatrixView sum, MatrixView dy, float* gain, float* mean, float* inverseDeviation, MatrixView dx,
        bool accumulate, MatrixView? dDelta, bool hasShift, bool hasDeltaBias, int rowsPerChunk, float* partials) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerChunk, sum.Rows);
            int columns = sum.Columns;
            float* dGain = ColumnSums<TSimd>.BeginChunk(partials, tile, PartialRows * columns);
            float* dShift = hasShift ? dGain + columns : null;
            float* dDeltaBias = hasDeltaBias ? dGain + (2 * columns) : null;
            for (int row = start; row < end; row++)
            {
                float* x = sum.Row(row);
                T* d = dy.Row<T>(row);
                float centreOfRow = centre ? mean[row] : 0, scale = inverseDeviation[row];
                (float sumOfG, float sumOfGn) = SumRow(x, d, gain, centreOfRow, scale, dGain, dShift, columns);
                float meanOfG = centre ? sumOfG / columns : 0, meanOfGn = sumOfGn / columns;
                T* rounded = dDelta is null ? null : dDelta.Value.Row<T>(row);
                GradientRow(
                    x, d, gain, centreOfRow, scale, meanOfG, meanOfGn, dx.Row(row), accumulate, rounded, dDeltaBias,
                    columns);
            }
        }
    }
}
