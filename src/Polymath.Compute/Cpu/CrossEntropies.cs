using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Softmax cross-entropy and its gradient. R: rows, V: columns, the vocabulary.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class CrossEntropies<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    // A block stays in the first cache between its passes.
    private const int LeastBlock = 2048, MostBlocks = 256;

    /// <summary>See <see cref="Kernels.CrossEntropy"/>.</summary>
    public static void Run(WorkerTeam team, MatrixView logits, int* targets, float gradientScale, float* losses)
    {
        int rowsPerTile = Tiling.RowsPerTile(logits.Columns);
        team.Run(
            Tiling.CountTiles(logits.Rows, rowsPerTile), new Job(logits, targets, gradientScale, losses, rowsPerTile));
    }

    // The sum of exp(x - max), which replace x where they are to be kept.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfExp(float* x, float max, int count, bool keep)
    {
        TSimd maxima = TSimd.Create(max), sum0 = TSimd.Zero, sum1 = TSimd.Zero;
        int j = 0;
        for (; j <= count - (2 * TSimd.Count); j += 2 * TSimd.Count)
        {
            TSimd e0 = Exponentials<TSimd>.Exp(TSimd.Load(x + j) - maxima);
            TSimd e1 = Exponentials<TSimd>.Exp(TSimd.Load(x + j + TSimd.Count) - maxima);
            sum0 += e0;
            sum1 += e1;
            if (keep)
            {
                TSimd.Store(e0, x + j);
                TSimd.Store(e1, x + j + TSimd.Count);
            }
        }

        for (; j < count; j += TSimd.Count)
        {
            var lanes = new FirstLanes<TSimd>(Math.Min(TSimd.Count, count - j));
            TSimd e = lanes.Keep(Exponentials<TSimd>.Exp(lanes.Load(x + j) - maxima));
            sum0 += e;
            if (keep)
            {
                lanes.Store(e, x + j);
            }
        }

        return TSimd.Sum(sum0 + sum1);
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

        // Block by block, each relative to its own maximum, so that the row comes from memory once and one exponential
        // is taken of each logit; the blocks are brought to the row's maximum together with the gradient's scale.
        private float Measure(int row)
        {
            float* x = logits.Row(row);
            float atTarget = x[targets[row]], max = float.MinValue, sum = 0;
            int blockSize = Math.Max(LeastBlock, Tiling.CountTiles(logits.Columns, MostBlocks));
            int blockCount = Tiling.CountTiles(logits.Columns, blockSize);
            float* maxima = stackalloc float[MostBlocks];
            for (int block = 0; block < blockCount; block++)
            {
                (int start, int end) = Tiling.Range(block, blockSize, logits.Columns);

                // Not negative infinity, where no logit is finite: its difference from itself is not a number.
                maxima[block] = Math.Max(float.MinValue, SoftmaxRows<TSimd>.Max(x + start, end - start));
                float partialSum = SumOfExp(x + start, maxima[block], end - start, keep: gradientScale != 0);
                float larger = Math.Max(max, maxima[block]);
                sum = (sum * MathF.Exp(max - larger)) + (partialSum * MathF.Exp(maxima[block] - larger));
                max = larger;
            }

            if (gradientScale != 0)
            {
                for (int block = 0; block < blockCount; block++)
                {
                    (int start, int end) = Tiling.Range(block, blockSize, logits.Columns);
                    float scale = MathF.Exp(maxima[block] - max) * (gradientScale / sum);
                    SoftmaxRows<TSimd>.Scale(x + start, scale, x + start, end - start);
                }

                x[targets[row]] -= gradientScale;
            }

            return MathF.Log(sum) - (atTarget - max);
        }
    }
}
