using System.Numerics;
using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Kernels over flat ranges of any length.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class Elementwise<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    // 128 KiB an array: long runs for the prefetchers, and still thousands of tiles in a large model.
    private const int ElementsPerTile = 1 << 15;

    /// <summary>The tiles of a flat range.</summary>
    public static int CountTiles(long count) => checked((int)((count + ElementsPerTile - 1) / ElementsPerTile));

    /// <summary>The start and size of a tile of a flat range.</summary>
    public static (long Start, int Size) Range(int tile, long count)
    {
        long start = (long)tile * ElementsPerTile;
        return (start, (int)Math.Min(ElementsPerTile, count - start));
    }

    /// <summary>y[i] = value.</summary>
    public static void Fill(WorkerTeam team, float* y, long count, float value) =>
        team.Run(CountTiles(count), new FillJob(y, count, value));

    /// <summary>y[i] = scaleY·y[i] + scaleX·x[i].</summary>
    public static void Blend(WorkerTeam team, float* y, float scaleY, float* x, float scaleX, long count) =>
        team.Run(CountTiles(count), new BlendJob(y, scaleY, x, scaleX, count));

    /// <summary>The sum of squares: a double for each tile, added up in their order.</summary>
    public static double SumOfSquares(WorkerTeam team, Scratch scratch, float* x, long count)
    {
        int tileCount = CountTiles(count);
        double* sums = (double*)scratch.Take(2L * tileCount);
        team.Run(tileCount, new SumOfSquaresJob(x, count, sums));
        double total = 0;
        for (int tile = 0; tile < tileCount; tile++)
        {
            total += sums[tile];
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blend(float* y, float scaleY, float* x, float scaleX, int count)
    {
        TSimd scalesY = TSimd.Create(scaleY), scalesX = TSimd.Create(scaleX);
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            TSimd.Store(TSimd.MultiplyAdd(scalesX, TSimd.Load(x + j), scalesY * TSimd.Load(y + j)), y + j);
        }

        if (j < count)
        {
            var lanes = new FirstLanes<TSimd>(count - j);
            lanes.Store(TSimd.MultiplyAdd(scalesX, lanes.Load(x + j), scalesY * lanes.Load(y + j)), y + j);
        }
    }

    // Bound by memory even so: one portable source of double precision serves all instruction sets.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfSquares(float* x, int count)
    {
        Vector<double> sum0 = Vector<double>.Zero, sum1 = Vector<double>.Zero;
        int j = 0;
        for (; j <= count - Vector<float>.Count; j += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(x + j), out Vector<double> low, out Vector<double> high);
            sum0 = Vector.MultiplyAddEstimate(low, low, sum0);
            sum1 = Vector.MultiplyAddEstimate(high, high, sum1);
        }

        double sum = Vector.Sum(sum0 + sum1);
        for (; j < count; j++)
        {
            sum += (double)x[j] * x[j];
        }

        return sum;
    }

    private readonly struct FillJob(float* y, long count, float value) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (long start, int size) = Range(tile, count);
            new Span<float>(y + start, size).Fill(value);
        }
    }

    private readonly struct BlendJob(float* y, float scaleY, float* x, float scaleX, long count) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (long start, int size) = Range(tile, count);
            Blend(y + start, scaleY, x + start, scaleX, size);
        }
    }

    private readonly struct SumOfSquaresJob(float* x, long count, double* sums) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (long start, int size) = Range(tile, count);
            sums[tile] = SumOfSquares(x + start, size);
        }
    }
}
