using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The residual stream joined to the norm behind it, forward. R: rows, C: columns.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="T">What activations are stored as: float or <see cref="BFloat16"/>.</typeparam>
internal static unsafe class Normalization<TSimd, T>
    where TSimd : struct, ISimd<TSimd>
    where T : unmanaged
{
    /// <summary>See <see cref="Kernels.AddNormalize"/>.</summary>
    public static void AddNormalize(
        WorkerTeam team, NormalizationKind kind, MatrixView x, MatrixView? delta, float* deltaBias, MatrixView sum,
        float* gain, float* shift, float epsilon, MatrixView y, float* mean, float* inverseDeviation)
    {
        int rowsPerTile = Tiling.RowsPerTile(x.Columns);
        var job = new Job(
            kind == NormalizationKind.LayerNorm, x, delta, deltaBias, sum, gain, shift, epsilon, y, mean,
            inverseDeviation, rowsPerTile);
        team.Run(Tiling.CountTiles(x.Rows, rowsPerTile), job);
    }

    // Returns the sum of the row for LayerNorm, of its squares for the RMS norm.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float AddRow(bool squares, float* x, T* delta, float* deltaBias, float* sum, int columns)
    {
        TSimd total = TSimd.Zero;
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            TSimd s = AddStep(default(AllLanes<TSimd>), x, delta, deltaBias, sum, j);
            total = squares ? TSimd.MultiplyAdd(s, s, total) : total + s;
        }

        if (j < columns)
        {
            TSimd s = AddStep(new FirstLanes<TSimd>(columns - j), x, delta, deltaBias, sum, j);
            total = squares ? TSimd.MultiplyAdd(s, s, total) : total + s;
        }

        return TSimd.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd AddStep<TLanes>(TLanes lanes, float* x, T* delta, float* deltaBias, float* sum, int j)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd s = lanes.Load(x + j);
        if (delta is not null)
        {
            s += lanes.Load(delta + j);
            if (deltaBias is not null)
            {
                s += lanes.Load(deltaBias + j);
            }

            lanes.Store(s, sum + j);
        }

        return s;
    }

    // Squares about the mean, not the mean of squares: no cancellation where the mean is large.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfCentredSquares(float* sum, float mean, int columns)
    {
        TSimd total = TSimd.Zero, means = TSimd.Create(mean);
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            TSimd centred = TSimd.Load(sum + j) - means;
            total = TSimd.MultiplyAdd(centred, centred, total);
        }

        if (j < columns)
        {
            var lanes = new FirstLanes<TSimd>(columns - j);
            TSimd centred = lanes.Keep(lanes.Load(sum + j) - means);
            total = TSimd.MultiplyAdd(centred, centred, total);
        }

        return TSimd.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleRow(
        float* sum, float mean, float inverseDeviation, float* gain, float* shift, T* y, int columns)
    {
        TSimd means = TSimd.Create(mean), scales = TSimd.Create(inverseDeviation);
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            ScaleStep(default(AllLanes<TSimd>), sum, means, scales, gain, shift, y, j);
        }

        if (j < columns)
        {
            ScaleStep(new FirstLanes<TSimd>(columns - j), sum, means, scales, gain, shift, y, j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScaleStep<TLanes>(
        TLanes lanes, float* sum, TSimd means, TSimd scales, float* gain, float* shift, T* y, int j)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd normal = (lanes.Load(sum + j) - means) * scales;
        TSimd scaled = shift is null
            ? normal * lanes.Load(gain + j)
            : TSimd.MultiplyAdd(normal, lanes.Load(gain + j), lanes.Load(shift + j));
        lanes.Store(scaled, y + j);
    }

    private readonly struct Job(
        bool centre, MatrixView x, MatrixView? delta, float* deltaBias, MatrixView sum, float* gain, float* shift,
        float epsilon, MatrixView y, float* mean, float* inverseDeviation, int rowsPerTile) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerTile, x.Rows);
            for (int row = start; row < end; row++)
            {
                Normalize(row);
            }
        }

        private void Normalize(int row)
        {
            int columns = x.Columns;
            float* input = delta is null ? x.Row(row) : sum.Row(row);
            T* added = delta is null ? null : delta.Value.Row<T>(row);
            float total = AddRow(squares: !centre, x.Row(row), added, deltaBias, input, columns);
            float centreOfRow = 0;
            if (centre)
            {
                centreOfRow = total / columns;
                mean[row] = centreOfRow;
                total = SumOfCentredSquares(input, centreOfRow, columns);
            }

            inverseDeviation[row] = 1 / MathF.Sqrt((total / columns) + epsilon);
            ScaleRow(input, centreOfRow, inverseDeviation[row], gain, shift, y.Row<T>(row), columns);
        }
    }
}
