using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Softmax attention block by block (Dao et al., "FlashAttention", 2022): blocks of keys outside, blocks of queries
/// inside, a row's sum rescaled where a later block of keys holds a larger score. Memory is linear in the length.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class AttentionForward<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    // Keys and values of a block lie in the second cache; a strip of them and the scores of a tile in the first.
    private const int KeyBlock = 256, QueryBlock = 48;

    // A tile packs all keys that its queries see: many queries, so that it pays, and still several tiles a sequence.
    private const int QueriesPerTile = 480;

    private const float Log2E = 1.44269504f, NaturalLog2 = 0.693147181f;

    /// <summary>See <see cref="Kernels.Attend"/>.</summary>
    public static void Attend(
        WorkerTeam team, Scratch scratch, AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key,
        MatrixView value, MatrixView output, float* logSums)
    {
        int tilesPerSequence = Tiling.CountTiles(layout.MaxLength, QueriesPerTile);
        var sizes = new AttentionSizes<TSimd>(shape.HeadWidth, Math.Min(layout.MaxLength, KeyBlock));
        float* memory = scratch.Take(new Buffers(sizes, null).Count * team.ThreadCount);
        team.Run(
            checked(layout.SequenceCount * tilesPerSequence * shape.HeadCount),
            new SequencesJob(shape, sizes, memory, layout, query, key, value, output, logSums, tilesPerSequence));
    }

    /// <summary>Attention of many queries at once over a cache; see <see cref="Kernels.AttendCached"/>.</summary>
    public static void AttendCached(
        WorkerTeam team, Scratch scratch, AttentionShape shape, MatrixView query, MatrixView keys, MatrixView values,
        MatrixView output)
    {
        var sizes = new AttentionSizes<TSimd>(shape.HeadWidth, Math.Min(keys.Rows, KeyBlock));
        float* memory = scratch.Take(new Buffers(sizes, null).Count * team.ThreadCount);
        team.Run(
            checked(Tiling.CountTiles(query.Rows, QueriesPerTile) * shape.HeadCount),
            new CachedJob(shape, sizes, memory, query, keys, values, output));
    }

    // One head of one sequence; rows count from the first of the sequence.
    private readonly struct Head(
        HeadRows query, HeadRows key, HeadRows value, HeadRows output, float* logSums, float scale, VisibleKeys visible)
    {
        public readonly HeadRows Query = query, Key = key, Value = value, Output = output;
        public readonly float* LogSums = logSums;
        public readonly float Scale = scale;
        public readonly VisibleKeys Visible = visible;
    }

    // The memory of a worker. Queries have a slot each: their sums so far, scaled by the largest score so far.
    private readonly struct Buffers
    {
        public readonly AttentionSizes<TSimd> Sizes;
        public readonly float* Keys, Values, Queries, Scores, Sums, Maxima, WeightSums;
        public readonly long Count;

        public Buffers(AttentionSizes<TSimd> sizes, float* memory)
        {
            Sizes = sizes;
            var cutter = new BufferCutter(memory);
            Keys = cutter.Take((long)sizes.PaddedKeys * sizes.Width);
            Values = cutter.Take((long)sizes.PaddedKeys * sizes.PaddedWidth);
            Queries = cutter.Take(QueryBlock * sizes.PaddedWidth);
            Scores = cutter.Take(QueryBlock * sizes.ScoreStride);
            Sums = cutter.Take((long)QueriesPerTile * sizes.PaddedWidth);
            Maxima = cutter.Take(QueriesPerTile);
            WeightSums = cutter.Take(QueriesPerTile);
            Count = cutter.Count;
        }
    }

    // The queries [start, end).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AttendTile(in Buffers buffers, in Head head, int start, int end)
    {
        int width = buffers.Sizes.Width, keyCount = head.Visible.CountFor(end - 1);
        for (int k0 = 0; k0 < keyCount; k0 += KeyBlock)
        {
            int keys = Math.Min(KeyBlock, keyCount - k0);
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
                        Finish(buffers, head, q0, queries, q0 - start);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AttendBlock(
        in Buffers buffers, in Head head, Strips keyStrips, Strips valueStrips, int q0, int queries, int slot, int k0,
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
                float* scores = buffers.Scores + (group * stride), sums = buffers.Sums + ((slot + group) * paddedWidth);
                AttentionTiles<TSimd>.Multiply(
                    buffers.Queries + (group * paddedWidth), paddedWidth, 1, keyStrips, scores, stride, vectors, width,
                    accumulate: false);
                for (int row = group; row < groupEnd; row++)
                {
                    int seenByRow = head.Visible.CountFor(q0 + row, k0, keys);
                    float* rowScores = buffers.Scores + (row * stride);
                    SoftmaxRows<TSimd>.Weigh(
                        rowScores, seenByRow, vectors * TSimd.Count, k0 == 0, ref buffers.Maxima[slot + row],
                        ref buffers.WeightSums[slot + row], sums + ((row - group) * paddedWidth), paddedWidth);
                    PrefetchNextHead(head, q0 + row, width, k0);
                }

                AttentionTiles<TSimd>.Multiply(
                    scores, stride, 1, valueStrips, sums, paddedWidth, buffers.Sizes.WidthVectors, seen,
                    accumulate: k0 > 0);
            }
        }
    }

    // The next head's rows lie beside this one's: they come while this one is computed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchNextHead(in Head head, int row, int width, int k0)
    {
        if (k0 == 0)
        {
            head.Query.Prefetch(row, width, width);
            head.Key.Prefetch(row, width, width);
            head.Value.Prefetch(row, width, width);
        }
    }

    private static void Finish(in Buffers buffers, in Head head, int q0, int queries, int slot)
    {
        int width = buffers.Sizes.Width, paddedWidth = buffers.Sizes.PaddedWidth;
        for (int row = 0; row < queries; row++)
        {
            float sum = buffers.WeightSums[slot + row];
            SoftmaxRows<TSimd>.Scale(
                buffers.Sums + ((slot + row) * paddedWidth), 1 / sum, head.Output.Row(q0 + row), width);
            if (head.LogSums is not null)
            {
                head.LogSums[q0 + row] = NaturalLog2 * (buffers.Maxima[slot + row] + MathF.Log2(sum));
            }
        }
    }

    private readonly struct SequencesJob(
        AttentionShape shape, AttentionSizes<TSimd> sizes, float* memory, SequenceLayout layout, MatrixView query,
        MatrixView key, MatrixView value, MatrixView output, float* logSums, int tilesPerSequence) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            int head = tile % shape.HeadCount, rest = tile / shape.HeadCount, sequence = rest / tilesPerSequence;
            int first = layout.Starts[sequence], length = layout.Lengths[sequence];

            // The last queries see most: they come first, so that threads end together.
            int start = (tilesPerSequence - 1 - (rest % tilesPerSequence)) * QueriesPerTile;
            if (start < length)
            {
                int keyHead = head / (shape.HeadCount / shape.KeyValueHeadCount);
                var buffers = new Buffers(sizes, memory);
                var rows = new Head(
                    HeadRows.Of(query, first, head, sizes.Width), HeadRows.Of(key, first, keyHead, sizes.Width),
                    HeadRows.Of(value, first, keyHead, sizes.Width), HeadRows.Of(output, first, head, sizes.Width),
                    logSums + ((nint)head * query.Rows) + first, shape.Scale, VisibleKeys.Of(layout, sequence));
                AttendTile(
                    new Buffers(sizes, memory + (worker * buffers.Count)), rows, start,
                    Math.Min(length, start + QueriesPerTile));
            }
        }
    }

    private readonly struct CachedJob(
        AttentionShape shape, AttentionSizes<TSimd> sizes, float* memory, MatrixView query, MatrixView keys,
        MatrixView values, MatrixView output) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            int head = tile % shape.HeadCount, keyHead = head / (shape.HeadCount / shape.KeyValueHeadCount);
            (int start, int end) = Tiling.Range(tile / shape.HeadCount, QueriesPerTile, query.Rows);
            var buffers = new Buffers(sizes, memory);
            var rows = new Head(
                HeadRows.Of(query, 0, head, sizes.Width), HeadRows.Of(keys, 0, keyHead, sizes.Width),
                HeadRows.Of(values, 0, keyHead, sizes.Width), HeadRows.Of(output, 0, head, sizes.Width), null,
                shape.Scale, new VisibleKeys(0, keys.Rows - query.Rows, keys.Rows));
            AttendTile(new Buffers(sizes, memory + (worker * buffers.Count)), rows, start, end);
        }
    }
}
