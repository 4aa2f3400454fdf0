using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>
/// Multiplies a single row by weights that are fp32, binary16 or bf16, where they lie: reading them is what it costs. A tile is
/// one panel, which is read from its first byte to its last.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="T">What the weights are: float, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
/// <param name="panels">The part of W.</param>
/// <param name="x">[K].</param>
/// <param name="y">[N] of the whole matrix.</param>
/// <param name="bias">[N] of the whole matrix, or null.</param>
internal readonly unsafe struct PlainRowJob<TSimd, T>(PackedPanels panels, float* x, float* y, float* bias) : IParallelJob
    where TSimd : struct, ISimd<TSimd>
    where T : unmanaged
{
    private const int Rows = PackedLayout.PanelRows, SumCount = 4;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Execute(int tile, int worker)
    {
        float* sums = stackalloc float[Rows];
        var weights = (T*)panels.Panel(tile);

        // Sums that take in two k at once where vectors are wide, some of the rows where they are narrow.
        if (TSimd.Count * SumCount > Rows)
        {
            SumPairs(weights, x, panels.Columns, sums);
        }
        else
        {
            for (int row = 0; row < Rows; row += TSimd.Count * SumCount)
            {
                Sum(weights + row, x, panels.Columns, sums + row);
            }
        }

        int start = tile * Rows, column = panels.FirstRow + start, present = Math.Min(Rows, panels.Rows - start);
        for (int row = 0; row < present; row++)
        {
            y[column + row] = bias is null ? sums[row] : sums[row] + bias[column + row];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumPairs(T* weights, float* x, int columns, float* sums)
    {
        var lanes = default(AllLanes<TSimd>);
        TSimd s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0;
        int k = 0;
        for (; k < columns - 1; k += 2, weights += 2 * Rows)
        {
            TSimd first = TSimd.Create(x[k]), second = TSimd.Create(x[k + 1]);
            s0 = TSimd.MultiplyAdd(lanes.Load(weights), first, s0);
            s1 = TSimd.MultiplyAdd(lanes.Load(weights + TSimd.Count), first, s1);
            s2 = TSimd.MultiplyAdd(lanes.Load(weights + Rows), second, s2);
            s3 = TSimd.MultiplyAdd(lanes.Load(weights + Rows + TSimd.Count), second, s3);
        }

        if (k < columns)
        {
            TSimd last = TSimd.Create(x[k]);
            s0 = TSimd.MultiplyAdd(lanes.Load(weights), last, s0);
            s1 = TSimd.MultiplyAdd(lanes.Load(weights + TSimd.Count), last, s1);
        }

        TSimd.Store(s0 + s2, sums);
        TSimd.Store(s1 + s3, sums + TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(T* weights, float* x, int columns, float* sums)
    {
        var lanes = default(AllLanes<TSimd>);
        TSimd s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0;
        for (int k = 0; k < columns; k++, weights += Rows)
        {
            TSimd each = TSimd.Create(x[k]);
            s0 = TSimd.MultiplyAdd(lanes.Load(weights), each, s0);
            s1 = TSimd.MultiplyAdd(lanes.Load(weights + TSimd.Count), each, s1);
            s2 = TSimd.MultiplyAdd(lanes.Load(weights + (2 * TSimd.Count)), each, s2);
            s3 = TSimd.MultiplyAdd(lanes.Load(weights + (3 * TSimd.Count)), each, s3);
        }

        TSimd.Store(s0, sums);
        TSimd.Store(s1, sums + TSimd.Count);
        TSimd.Store(s2, sums + (2 * TSimd.Count));
        TSimd.Store(s3, sums + (3 * TSimd.Count));
    }
}
