using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Softmax cross-entropy and its gradient. R: rows, V: columns, the vocabulary.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="T">What logits are stored as: float or <see cref="BFloat16"/>.</typeparam>
internal static unsafe class CrossEntropies<TSimd, T>
    where TSimd : struct, ISimd<TSimd>
    where T : unmanaged
{
    // A block stays in the first cache between its passes.
    private const int Block = 4096;

    /// <summary>See <see cref="Kernels.CrossEntropy(MatrixView, int*, float, float*)"/>.</summary>
    public static void Run(WorkerTeam team, MatrixView logits, int* targets, float gradientScale, float* losses)
    {
        int rowsPerTile = Tiling.RowsPerTile(logits.Columns);
        team.Run(
            Tiling.CountTiles(logits.Rows, rowsPerTile), new Job(logits, targets, gradientScale, losses, rowsPerTile));
    }

    /// <summary>See <see cref="Kernels.CrossEntropy(MatrixView, MatrixView, float, float*)"/>.</summary>
    public static void Run(WorkerTeam team, MatrixView logits, MatrixView targets, float gradientScale, float* losses)
    {
        int rowsPerTile = Tiling.RowsPerTile(logits.Columns);
        team.Run(
            Tiling.CountTiles(logits.Rows, rowsPerTile),
            new DistributionJob(logits, targets, gradientScale, losses, rowsPerTile));
    }

    private static float Element(T* x, int index) =>
        typeof(T) == typeof(BFloat16) ? (float)((BFloat16*)x)[index] : ((float*)x)[index];

    private static void SetElement(T* x, int index, float value)
    {
        if (typeof(T) == typeof(BFloat16))
        {
            ((BFloat16*)x)[index] = (BFloat16)value;
        }
        else
        {
            ((float*)x)[index] = value;
        }
    }

    // Block by block, each relative to the largest so far, so that the row comes from memory once.
    private static (float Max, float Sum) Softmax(T* x, int columns)
    {
        float max = float.MinValue, sum = 0;
        for (int start = 0; start < columns; start += Block)
        {
            int count = Math.Min(Block, columns - start);
            float larger = Math.Max(max, Max(x + start, count));
            sum = (sum * MathF.Exp(max - larger)) + SumOfExp(x + start, larger, count);
            max = larger;
        }

        return (max, sum);
    }

    // Not negative infinity, where no logit is finite: its difference from itself is not a number.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Max(T* x, int count)
    {
        var all = default(AllLanes<TSimd>);
        TSimd max0 = TSimd.Create(float.MinValue), max1 = max0;
        int j = 0;
        for (; j <= count - (2 * TSimd.Count); j += 2 * TSimd.Count)
        {
            max0 = TSimd.Max(max0, all.Load(x + j));
            max1 = TSimd.Max(max1, all.Load(x + j + TSimd.Count));
        }

        float max = TSimd.HorizontalMax(TSimd.Max(max0, max1));
        for (; j < count; j++)
        {
            max = Math.Max(max, Element(x, j));
        }

        return max;
    }

    // The sum of exp(x - max).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfExp(T* x, float max, int count)
    {
        var all = default(AllLanes<TSimd>);
        TSimd maxima = TSimd.Create(max), sum0 = TSimd.Zero, sum1 = TSimd.Zero;
        int j = 0;
        for (; j <= count - (2 * TSimd.Count); j += 2 * TSimd.Count)
        {
            sum0 += Exponentials<TSimd>.Exp(all.Load(x + j) - maxima);
            sum1 += Exponentials<TSimd>.Exp(all.Load(x + j + TSimd.Count) - maxima);
        }

        for (; j < count; j += TSimd.Count)
        {
            var lanes = new FirstLanes<TSimd>(Math.Min(TSimd.Count, count - j));
            sum0 += lanes.Keep(Exponentials<TSimd>.Exp(lanes.Load(x + j) - maxima));
        }

        return TSimd.Sum(sum0 + sum1);
    }

    // x = exp(x - max)·scale. The exponential is taken anew: kept in between, it would be rounded twice.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaledExp(T* x, float max, float scale, int count)
    {
        var all = default(AllLanes<TSimd>);
        TSimd maxima = TSimd.Create(max), scales = TSimd.Create(scale);
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            all.Store(Exponentials<TSimd>.Exp(all.Load(x + j) - maxima) * scales, x + j);
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
                new Span<T>(logits.Row<T>(row), logits.Columns).Clear();
            }

            return 0;
        }

        private float Measure(int row)
        {
            T* x = logits.Row<T>(row);
            float atTarget = Element(x, targets[row]);
            (float max, float sum) = Softmax(x, logits.Columns);
            if (gradientScale != 0)
            {
                ScaledExp(x, max, gradientScale / sum, logits.Columns);
                SetElement(x, targets[row], gradientScale * ((MathF.Exp(atTarget - max) / sum) - 1));
            }

            return MathF.Log(sum) - (atTarget - max);
        }
    }

    private readonly struct DistributionJob(
        MatrixView logits, MatrixView targets, float gradientScale, float* losses, int rowsPerTile) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerTile, logits.Rows);
            for (int row = start; row < end; row++)
            {
                losses[row] = Measure(row);
            }
        }

        private float Measure(int row)
        {
            T* x = logits.Row<T>(row);
            float* t = targets.Row(row);
            (float max, float sum) = Softmax(x, logits.Columns);
            float logSum = MathF.Log(sum), loss = 0, weight = 0;
            for (int column = 0; column < logits.Columns; column++)
            {
                weight += t[column];
                loss += t[column] * (logSum - (Element(x, column) - max));
            }

            for (int column = 0; gradientScale != 0 && column < logits.Columns; column++)
            {
                float share = MathF.Exp(Element(x, column) - max) / sum;
                SetElement(x, column, gradientScale * ((weight * share) - t[column]));
            }

            return loss;
        }
    }
}
