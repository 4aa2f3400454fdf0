using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The RMS norm of every head by itself, forward and backward. A row is heads, side by side.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="T">What activations are stored as: float or <see cref="BFloat16"/>.</typeparam>
internal static unsafe class HeadNormalization<TSimd, T>
    where TSimd : struct, ISimd<TSimd>
    where T : unmanaged
{
    /// <summary>See <see cref="Kernels.NormalizeHeads"/>.</summary>
    public static void Forward(
        WorkerTeam team, MatrixView x, int headWidth, float* gain, float epsilon, MatrixView y, float* inverseDeviation)
    {
        int rowsPerTile = Tiling.RowsPerTile(x.Columns);
        team.Run(
            Tiling.CountTiles(x.Rows, rowsPerTile),
            new ForwardJob(x, headWidth, gain, epsilon, y, inverseDeviation, rowsPerTile));
    }

    /// <summary>See <see cref="Kernels.NormalizeHeadsBackward"/>.</summary>
    public static void Backward(
        WorkerTeam team, Scratch scratch, MatrixView x, int headWidth, float* gain, float* inverseDeviation,
        MatrixView dy, float* dGain)
    {
        int rowsPerChunk = Tiling.RowsPerChunk(x.Rows), chunkCount = Tiling.CountTiles(x.Rows, rowsPerChunk);
        float* partials = scratch.Take((long)chunkCount * headWidth);
        team.Run(chunkCount, new BackwardJob(x, headWidth, gain, inverseDeviation, dy, rowsPerChunk, partials));
        ColumnSums<TSimd>.Finish(team, partials, headWidth, chunkCount, headWidth, dGain);
    }

    // Returns the inverse deviation.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float NormalizeHead(T* x, float* gain, float epsilon, T* y, int width)
    {
        var all = default(AllLanes<TSimd>);
        TSimd squares = TSimd.Zero;
        int j = 0;
        for (; j <= width - TSimd.Count; j += TSimd.Count)
        {
            TSimd v = all.Load(x + j);
            squares = TSimd.MultiplyAdd(v, v, squares);
        }

        var lanes = new FirstLanes<TSimd>(width - j);
        if (j < width)
        {
            TSimd v = lanes.Load(x + j);
            squares = TSimd.MultiplyAdd(v, v, squares);
        }

        float inverse = 1 / MathF.Sqrt((TSimd.Sum(squares) / width) + epsilon);
        TSimd scales = TSimd.Create(inverse);
        for (j = 0; j <= width - TSimd.Count; j += TSimd.Count)
        {
            all.Store(all.Load(x + j) * scales * all.Load(gain + j), y + j);
        }

        if (j < width)
        {
            lanes.Store(lanes.Load(x + j) * scales * lanes.Load(gain + j), y + j);
        }

        return inverse;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardHead(T* x, float* gain, float inverseDeviation, T* dy, float* dGain, int width)
    {
        TSimd scales = TSimd.Create(inverseDeviation), sumOfGn = TSimd.Zero;
        var lanes = new FirstLanes<TSimd>(width & (TSimd.Count - 1));
        int j = 0;
        for (; j <= width - TSimd.Count; j += TSimd.Count)
        {
            sumOfGn = SumStep(default(AllLanes<TSimd>), x + j, gain + j, scales, dy + j, dGain + j, sumOfGn);
        }

        if (j < width)
        {
            sumOfGn = SumStep(lanes, x + j, gain + j, scales, dy + j, dGain + j, sumOfGn);
        }

        TSimd minusMeans = TSimd.Create(-TSimd.Sum(sumOfGn) / width);
        for (j = 0; j <= width - TSimd.Count; j += TSimd.Count)
        {
            GradientStep(default(AllLanes<TSimd>), x + j, gain + j, scales, dy + j, minusMeans);
        }

        if (j < width)
        {
            GradientStep(lanes, x + j, gain + j, scales, dy + j, minusMeans);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd SumStep<TLanes>(
        TLanes lanes, T* x, float* gain, TSimd scales, T* dy, float* dGain, TSimd sumOfGn)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd n = lanes.Load(x) * scales, d = lanes.Load(dy);
        lanes.Store(TSimd.MultiplyAdd(d, n, lanes.Load(dGain)), dGain);
        return TSimd.MultiplyAdd(d * lanes.Load(gain), n, sumOfGn);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GradientStep<TLanes>(
        TLanes lanes, T* x, float* gain, TSimd scales, T* dy, TSimd minusMeans)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd n = lanes.Load(x) * scales;
        lanes.Store(TSimd.MultiplyAdd(n, minusMeans, lanes.Load(dy) * lanes.Load(gain)) * scales, dy);
    }

    private readonly struct ForwardJob(
        MatrixView x, int headWidth, float* gain, float epsilon, MatrixView y, float* inverseDeviation, int rowsPerTile)
        : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerTile, x.Rows);
            int headCount = x.Columns / headWidth;
            for (int row = start; row < end; row++)
            {
                float* inverse = inverseDeviation + ((nint)row * headCount);
                T* input = x.Row<T>(row), output = y.Row<T>(row);
                for (int head = 0; head < headCount; head++)
                {
                    int at = head * headWidth;
                    inverse[head] = NormalizeHead(input + at, gain, epsilon, output + at, headWidth);
                }
            }
        }
    }

    private readonly struct BackwardJob(
        MatrixView x, int headWidth, float* gain, float* inverseDeviation, MatrixView dy, int rowsPerChunk,
        float* partials) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerChunk, x.Rows);
            float* dGain = ColumnSums<TSimd>.BeginChunk(partials, tile, headWidth);
            int headCount = x.Columns / headWidth;
            for (int row = start; row < end; row++)
            {
                float* inverse = inverseDeviation + ((nint)row * headCount);
                T* input = x.Row<T>(row), gradient = dy.Row<T>(row);
                for (int head = 0; head < headCount; head++)
                {
                    int at = head * headWidth;
                    BackwardHead(input + at, gain, inverse[head], gradient + at, dGain, headWidth);
                }
            }
        }
    }
}
