using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Attention of a tile of queries by products of fp32.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <param name="width">Columns of a head.</param>
/// <param name="keyCount">The most keys of a sequence.</param>
internal readonly unsafe struct Float32ForwardTile<TSimd>(int width, int keyCount) : IForwardTile
    where TSimd : struct, ISimd<TSimd>
{
    // A strip of keys or values and the scores of a block lie in the first cache.
    private const int QueryBlock = 48;
    private const float Log2E = 1.44269504f;

    private readonly AttentionSizes<TSimd> _sizes = new(width, Math.Min(keyCount, AttentionForward.KeyBlock));

    /// <inheritdoc/>
    public long Count => new Buffers(_sizes, null).Count;

    /// <inheritdoc/>
    public void Attend(float* memory, in ForwardHead head, int start, int end) =>
        AttendTile(new Buffers(_sizes, memory), head, start, end);

    // The memory of a worker. Queries have a slot each: their sums so far, scaled by the largest score so far.
    private readonly struct Buffers
    {
        public readonly AttentionSizes<TSimd> Sizes;
        public readonly float* Keys, Values, Queries, Scores;
        public readonly RunningSums Running;
        public readonly long Count;

        public Buffers(AttentionSizes<TSimd> sizes, float* memory)
        {
            Sizes = sizes;
            var cutter = new BufferCutter(memory);
            Keys = cutter.Take((long)sizes.PaddedKeys * sizes.Width);
            Values = cutter.Take((long)sizes.PaddedKeys * sizes.PaddedWidth);
            Queries = cutter.Take(QueryBlock * sizes.PaddedWidth);
            Scores = cutter.Take(QueryBlock * sizes.ScoreStride);
            Running = new RunningSums(ref cutter, sizes.PaddedWidth);
            Count = cutter.Count;
        }
    }

    // The queries [start, end).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AttendTile(in Buffers buffers, in ForwardHead head, int start, int end)
    {
        int width = buffers.Sizes.Width, keyCount = head.Visible.CountFor(end - 1);
        for (int k0 = 0; k0 < keyCount; k0 += AttentionForward.KeyBlock)
        {
            int keys = Math.Min(AttentionForward.KeyBlock, keyCount - k0);
            Strips keyStrips = AttentionPacking<TSimd>.PackTransposed(head.Key, k0, keys, width, buffers.Keys);
            Strips valueStrips = AttentionPacking<TSimd>.PackStrips(head.Value, k0, keys, width, buffers.Values);
            for (int q0 = start; q0 < end; q0 += QueryBlock)
            {
                int queries = Math.Min(QueryBlock, end - q0), seen = head.Visible.CountFor(q0 + queries - 1);
                if (seen > k0)
                {
                    AttendBlock(buffers, head, keyStrips, valueStrips, q0, queries, q0 - start, k0, keys);
                    if (seen <= k0 + keys)
                    {
                        buffers.Running.Finish<TSimd>(head, width, q0, queries, q0 - start);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AttendBlock(
        in Buffers buffers, in ForwardHead head, Strips keyStrips, Strips valueStrips, int q0, int queries, int slot, int k0,
        int keys)
    {
        int width = buffers.Sizes.Width, paddedWidth = buffers.Sizes.PaddedWidth, stride = buffers.Sizes.ScoreStride;
        int groupRows = AttentionTiles<TSimd>.Rows;
        AttentionPacking<TSimd>.CopyRows(
            head.Query, q0, queries, width, head.Scale * Log2E, buffers.Queries,
            AttentionTiles<TSimd>.PaddedRows(queries), paddedWidth);
        for (int group = 0; group < queries; group += groupRows)
        {
            int groupEnd = Math.Min(queries, group + groupRows);
            int seen = head.Visible.CountFor(q0 + groupEnd - 1, k0, keys);
            if (seen > 0)
            {
                int vectors = Tiling.CountTiles(seen, TSimd.Count);
                float* scores = buffers.Scores + (group * stride);
                float* sums = buffers.Running.Sums + ((slot + group) * paddedWidth);
                AttentionTiles<TSimd>.Multiply(
                    buffers.Queries + (group * paddedWidth), paddedWidth, 1, keyStrips, scores, stride, vectors, width,
                    accumulate: false);
                for (int row = group; row < groupEnd; row++)
                {
                    int seenByRow = head.Visible.CountFor(q0 + row, k0, keys);
                    float* rowScores = buffers.Scores + (row * stride);
                    buffers.Running.Weigh<TSimd>(
                        slot + row, rowScores, 1, seenByRow, vectors * TSimd.Count, isFirst: k0 == 0);
                    if (k0 == 0)
                    {
                        head.PrefetchNext(q0 + row, width);
                    }
                }

                AttentionTiles<TSimd>.Multiply(
                    scores, stride, 1, valueStrips, sums, paddedWidth, buffers.Sizes.WidthVectors, seen,
                    accumulate: k0 > 0);
            }
        }
    }
}
