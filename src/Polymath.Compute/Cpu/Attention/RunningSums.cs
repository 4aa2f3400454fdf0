using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>What the queries of a tile have summed so far, a slot each, relative to their largest scores so far.</summary>
internal readonly unsafe struct RunningSums
{
    private const float NaturalLog2 = 0.693147181f;

    /// <summary>The weighted sums of values [<see cref="AttentionForward.QueriesPerTile"/>, Stride].</summary>
    public readonly float* Sums;

    /// <summary>The largest scores, in powers of two, and the sums of the weights.</summary>
    public readonly float* Maxima, WeightSums;

    /// <summary>From a query's sums to the next's.</summary>
    public readonly int Stride;

    /// <summary>Cuts the memory.</summary>
    public RunningSums(ref BufferCutter cutter, int stride)
    {
        Stride = stride;
        Sums = cutter.Take((long)AttentionForward.QueriesPerTile * stride);
        Maxima = cutter.Take(AttentionForward.QueriesPerTile);
        WeightSums = cutter.Take(AttentionForward.QueriesPerTile);
    }

    /// <summary>Makes a row's scores of a block of keys into weights.</summary>
    /// <typeparam name="TSimd">The vector.</typeparam>
    /// <param name="slot">The query's.</param>
    /// <param name="scores">[padded].</param>
    /// <param name="scale">What makes scores powers of two.</param>
    /// <param name="count">The scores that count.</param>
    /// <param name="padded">All scores; a multiple of the lanes.</param>
    /// <param name="isFirst">Whether this is the row's first block.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Weigh<TSimd>(int slot, float* scores, float scale, int count, int padded, bool isFirst)
        where TSimd : struct, ISimd<TSimd> => SoftmaxRows<TSimd>.Weigh(
        scores, scale, count, padded, isFirst, ref Maxima[slot], ref WeightSums[slot], Sums + (slot * Stride), Stride);

    /// <summary>Writes the outputs of queries that have seen all their keys.</summary>
    /// <typeparam name="TSimd">The vector.</typeparam>
    /// <param name="head">The head.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="first">The first query.</param>
    /// <param name="count">The queries.</param>
    /// <param name="slot">The first's.</param>
    public void Finish<TSimd>(in ForwardHead head, int width, int first, int count, int slot)
        where TSimd : struct, ISimd<TSimd>
    {
        for (int row = 0; row < count; row++)
        {
            float sum = WeightSums[slot + row];
            SoftmaxRows<TSimd>.Scale(Sums + ((slot + row) * Stride), 1 / sum, head.Output.Row(first + row), width);
            if (head.LogSums is not null)
            {
                head.LogSums[first + row] = NaturalLog2 * (Maxima[slot + row] + MathF.Log2(sum));
            }
        }
    }
}
