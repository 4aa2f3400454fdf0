using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Softmax cross-entropy and its gradient. R: rows, V: columns, the vocabulary.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class CrossEntropies<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>See <see cref="Kernels.CrossEntropy"/>.</summary>
    public static void Run(WorkerTeam team, MatrixView logits, int* targets, float gradientScale, float* losses)
    {
        int rowsPerTile = Tiling.RowsPerTile(logits.Columns);
        team.Run(
            Tiling.CountTiles(logits.Rows, rowsPerTile), new Job(logits, targets, gradientScale, losses, rowsPerTile));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfExp(float* x, float max, int count)
    {
        TSimd maxima = TSimd.Create(max), sum0 = TSimd.Zero, sum1 = TSimd.Zero;
        int j = 0;
        for (; j <= count - (2 * TSimd.Count); j += 2 * TSimd.Count)
        {
            sum0 += Exponentials<TSimd>.Exp(TSimd.Load(x + j) - maxima);
            sum1 += Exponentials<TSimd>.Exp(TSimd.Load(x + j + TSimd.Count) - maxima);
        }

        if (j <= count - TSimd.Count)
        {
            sum0 += Exponentials<TSimd>.Exp(TSimd.Load(x + j) - maxima);
            j += TSimd.Count;
        }

        if (j < count)
        {
            var lanes = new FirstLanes<TSimd>(count - j);
            sum1 += lanes.Keep(Exponentials<TSimd>.Exp(lanes.Load(x + j) - maxima));
        }

        return TSimd.Sum(sum0 + sum1);
    }

    // x[j] = exp(x[j] - max)·scale.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaledExp(float* x, float max, float scale, int count)
    {
        TSimd maxima = TSimd.Create(max), scales = TSimd.Create(scale);
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            TSimd.Store(Exponentials<TSimd>.Exp(TSimd.Load(x + j) - maxima) * scales, x + j);
        }

        if (j < count)
        {
            var lanes = new FirstLanes<TSimd>(count - j);
            lanes.Store(Exponentials<TSimd>.Exp(lanes.Load(x + j) - maxima) * scales, x + j);
        }
    }

    private readonly struct Job(MatrixView logits, int* targets, float gradientScale, float* losses, int rowsPerTile)
        : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerTile, logits.Rows);
            for (int row = start; row < end; row++)
            {
                losses[row] = targets[row] < 0 ? Ignore(row) : Measure(row);
            }
        }

        private float Ignore(int row)
        {
            if (gradientScale != 0)
            {
                logits.RowSpan(row).Clear();
            }

            return 0;
        }

        private float Measure(int row)
        {
            float* x = logits.Row(row);
            float max = SoftmaxRows<TSimd>.Max(x, logits.Columns), atTarget = x[targets[row]] - max;
            float sum = SumOfExp(x, max, logits.Columns);
            if (gradientScale != 0)
            {
                ScaledExp(x, max, gradientScale / sum, logits.Columns);
                x[targets[row]] -= gradientScale;
            }

            return MathF.Log(sum) - atTarget;
        }
    }
}
