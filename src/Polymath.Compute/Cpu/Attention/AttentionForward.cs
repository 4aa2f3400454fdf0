namespace Polymath.Compute.Cpu;

/// <summary>
/// Softmax attention block by block (Dao et al., "FlashAttention", 2022): blocks of keys outside, blocks of queries
/// inside, a row's sum rescaled where a later block of keys holds a larger score. Memory is linear in the length.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class AttentionForward<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>Keys of a block: with the queries' scores it stays in the second cache.</summary>
    public const int KeyBlock = 256;

    /// <summary>Queries of a block: with a strip of keys it stays in the first cache.</summary>
    public const int QueryBlock = 32;

    // Queries of a tile: keys are packed again for each, values too.
    private const int QueriesPerTile = 512;

    private const float Log2E = 1.44269504f, NaturalLog2 = 0.693147181f;

    /// <summary>See <see cref="Kernels.Attend"/>.</summary>
    public static void Attend(
        WorkerTeam team, Scratch scratch, AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key,
        MatrixView value, MatrixView output, float* logSums)
    {
        int tilesPerSequence = Tiling.CountTiles(layout.MaxLength, QueriesPerTile);
        var job = new SequencesJob(
            new Plan(shape, Math.Min(layout.MaxLength, QueriesPerTile), layout.MaxLength, team, scratch), layout, query,
            key, value, output, logSums, tilesPerSequence);
        team.Run(checked(layout.SequenceCount * tilesPerSequence * shape.HeadCount), job);
    }

    /// <summary>See <see cref="Kernels.AttendCached"/>.</summary>
    public static void AttendCached(
        WorkerTeam team, Scratch scratch, AttentionShape shape, MatrixView query, MatrixView keys, MatrixView values,
        MatrixView output)
    {
        int tiles = Tiling.CountTiles(query.Rows, QueriesPerTile);
        var plan = new Plan(shape, Math.Min(query.Rows, QueriesPerTile), keys.Rows, team, scratch);
        team.Run(checked(tiles * shape.HeadCount), new CachedJob(plan, query, keys, values, output));
    }

    // Attends for the queries [start, end) of one head; pointers lead to row 0 of the sequence.
    private static void AttendTile(
        in Plan plan, int worker, VisibleKeys visible, Head head, int start, int end)
    {
        Buffers buffers = plan.Of(worker);
        int keyCount = visible.CountFor(end - 1);
        for (int k0 = 0; k0 < keyCount; k0 += KeyBlock)
        {
            int keys = Math.Min(KeyBlock, keyCount - k0);
            AttentionPacking<TSimd>.PackTransposed(
                head.Key + (k0 * head.KeyStride), head.KeyStride, keys, plan.Width, buffers.Keys);
            AttentionPacking<TSimd>.PackStrips(
                head.Value + (k0 * head.ValueStride), head.ValueStride, keys, plan.Width, buffers.Values);
            for (int q0 = start; q0 < end; q0 += QueryBlock)
            {
                int queries = Math.Min(QueryBlock, end - q0), last = visible.CountFor(q0 + queries - 1);
                if (last > k0)
                {
                    AttendBlock(plan, buffers, visible, head, q0, queries, q0 - start, k0, keys);
                    if (last <= k0 + keys)
                    {
                        Finish(plan, buffers, head, q0, queries, q0 - start);
                    }
                }
            }
        }
    }

    private static void AttendBlock(
        in Plan plan, in Buffers buffers, VisibleKeys visible, in Head head, int q0, int queries, int slot, int k0, int keys)
    {
        int rows = Tiling.CountTiles(queries, AttentionTiles<TSimd>.Rows) * AttentionTiles<TSimd>.Rows;
        AttentionPacking<TSimd>.CopyRows(
            head.Query + (q0 * head.QueryStride), head.QueryStride, queries, plan.Width, plan.Scale * Log2E, buffers.Queries,
            rows, plan.PaddedWidth);
        var scoreStrides = new TileStrides
        {
            ARow = plan.PaddedWidth, ADepth = 1, BDepth = AttentionPacking<TSimd>.StripColumns, CRow = plan.ScoreStride,
        };
        var sumStrides = new TileStrides
        {
            ARow = plan.ScoreStride, ADepth = 1, BDepth = AttentionPacking<TSimd>.StripColumns, CRow = plan.PaddedWidth,
        };
        nint keyStrip = (nint)plan.Width * AttentionPacking<TSimd>.StripColumns;
        nint valueStrip = (nint)keys * AttentionPacking<TSimd>.StripColumns;
        for (int row = 0; row < rows; row += AttentionTiles<TSimd>.Rows)
        {
            int groupEnd = Math.Min(queries, row + AttentionTiles<TSimd>.Rows);
            int seen = visible.CountFor(q0 + groupEnd - 1, k0, keys);
            if (seen == 0)
            {
                continue;
            }

            int vectors = Tiling.CountTiles(seen, TSimd.Count);
            float* scores = buffers.Scores + (row * plan.ScoreStride);
            AttentionTiles<TSimd>.Multiply(
                buffers.Queries + (row * plan.PaddedWidth), buffers.Keys, keyStrip, scores, scoreStrides,
                AttentionTiles<TSimd>.Rows, vectors, plan.Width, accumulate: false);
            for (int inGroup = row; inGroup < groupEnd; inGroup++)
            {
                if (k0 == 0)
                {
                    // The next head's rows lie beside this one's: they come while this one is computed.
                    nint at = q0 + inGroup;
                    CacheHints.Prefetch(head.Query + (at * head.QueryStride) + plan.Width, plan.Width);
                    CacheHints.Prefetch(head.Key + (at * head.KeyStride) + plan.Width, plan.Width);
                    CacheHints.Prefetch(head.Value + (at * head.ValueStride) + plan.Width, plan.Width);
                }

                SoftmaxRow(
                    plan, buffers, buffers.Scores + (inGroup * plan.ScoreStride), slot + inGroup,
                    visible.CountFor(q0 + inGroup, k0, keys), vectors * TSimd.Count, k0 == 0);
            }

            AttentionTiles<TSimd>.Multiply(
                scores, buffers.Values, valueStrip, buffers.Sums + ((slot + row) * plan.PaddedWidth), sumStrides,
                AttentionTiles<TSimd>.Rows, plan.WidthVectors, seen, accumulate: k0 > 0);
        }
    }

    // Makes a row of scores into weights, and what was summed under an earlier, smaller maximum smaller.
    private static void SoftmaxRow(
        in Plan plan, in Buffers buffers, float* scores, int slot, int seen, int padded, bool isFirst)
    {
        float max = SoftmaxRows<TSimd>.Max(scores, seen);
        if (!isFirst)
        {
            float earlier = buffers.Maxima[slot];
            max = Math.Max(max, earlier);
            float shrink = MathF.Pow(2, earlier - max);
            if (shrink != 1)
            {
                buffers.WeightSums[slot] *= shrink;
                float* sums = buffers.Sums + (slot * plan.PaddedWidth);
                SoftmaxRows<TSimd>.Scale(sums, shrink, sums, plan.PaddedWidth);
            }
        }

        float sum = SoftmaxRows<TSimd>.Exp2(scores, seen, padded, max);
        buffers.Maxima[slot] = max;
        buffers.WeightSums[slot] = isFirst ? sum : buffers.WeightSums[slot] + sum;
    }

    private static void Finish(in Plan plan, in Buffers buffers, in Head head, int q0, int queries, int slot)
    {
        for (int row = 0; row < queries; row++)
        {
            float sum = buffers.WeightSums[slot + row];
            SoftmaxRows<TSimd>.Scale(
                buffers.Sums + ((slot + row) * plan.PaddedWidth), 1 / sum, head.Output + ((q0 + row) * head.OutputStride),
                plan.Width);
            if (head.LogSums is not null)
            {
                head.LogSums[q0 + row] = NaturalLog2 * (buffers.Maxima[slot + row] + MathF.Log2(sum));
            }
        }
    }

    // One head of one sequence: the first rows, and the way from row to row.
    private readonly struct Head(
        float* query, nint queryStride, float* key, nint keyStride, float* value, nint valueStride, float* output,
        nint outputStride, float* logSums)
    {
        public readonly float* Query = query, Key = key, Value = value, Output = output, LogSums = logSums;
        public readonly nint QueryStride = queryStride, KeyStride = keyStride;
        public readonly nint ValueStride = valueStride, OutputStride = outputStride;
    }

    private struct Buffers
    {
        public float* Keys, Values, Queries, Scores, Sums, Maxima, WeightSums;
    }

    // Sizes, and where each worker's buffers are.
    private readonly struct Plan
    {
        private readonly float* _memory;
        private readonly nint _perWorker;
        private readonly int _slots, _keys;

        public Plan(AttentionShape shape, int slots, int keyCount, WorkerTeam team, Scratch scratch)
        {
            Width = shape.HeadWidth;
            Scale = shape.Scale;
            HeadCount = shape.HeadCount;
            QueriesPerKey = shape.HeadCount / shape.KeyValueHeadCount;
            PaddedWidth = AttentionPacking<TSimd>.PaddedColumns(Width);
            WidthVectors = Tiling.CountTiles(Width, TSimd.Count);
            _keys = AttentionPacking<TSimd>.PaddedColumns(Math.Min(keyCount, KeyBlock));
            _slots = Tiling.CountTiles(slots, QueryBlock) * QueryBlock;
            ScoreStride = _keys + 16;
            _perWorker = ((nint)2 * _keys * PaddedWidth) + (QueryBlock * (PaddedWidth + ScoreStride))
                + (_slots * (PaddedWidth + 2));
            _perWorker = (_perWorker + 15) & ~15;
            _memory = scratch.Take((long)_perWorker * team.ThreadCount);
        }

        public int Width { get; }

        public int PaddedWidth { get; }

        public int WidthVectors { get; }

        public int ScoreStride { get; }

        public int HeadCount { get; }

        public int QueriesPerKey { get; }

        public float Scale { get; }

        public Buffers Of(int worker)
        {
            Buffers buffers;
            buffers.Keys = _memory + (worker * _perWorker);
            buffers.Values = buffers.Keys + ((nint)_keys * PaddedWidth);
            buffers.Queries = buffers.Values + ((nint)_keys * PaddedWidth);
            buffers.Scores = buffers.Queries + (QueryBlock * PaddedWidth);
            buffers.Sums = buffers.Scores + (QueryBlock * ScoreStride);
            buffers.Maxima = buffers.Sums + ((nint)_slots * PaddedWidth);
            buffers.WeightSums = buffers.Maxima + _slots;
            return buffers;
        }
    }

    private readonly struct SequencesJob(
        Plan plan, SequenceLayout layout, MatrixView query, MatrixView key, MatrixView value, MatrixView output,
        float* logSums, int tilesPerSequence) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            int head = tile % plan.HeadCount, rest = tile / plan.HeadCount;
            int sequence = rest / tilesPerSequence, length = layout.Lengths[sequence];

            // The last queries see most: they come first, so that threads end together.
            int start = (tilesPerSequence - 1 - (rest % tilesPerSequence)) * QueriesPerTile;
            if (start < length)
            {
                int row = layout.Starts[sequence], keyHead = head / plan.QueriesPerKey;
                var pointers = new Head(
                    query.Row(row) + (head * plan.Width), query.Stride, key.Row(row) + (keyHead * plan.Width), key.Stride,
                    value.Row(row) + (keyHead * plan.Width), value.Stride, output.Row(row) + (head * plan.Width),
                    output.Stride, logSums + ((nint)head * query.Rows) + row);
                AttendTile(
                    plan, worker, VisibleKeys.Of(layout, sequence), pointers, start,
                    Math.Min(length, start + QueriesPerTile));
            }
        }
    }

    private readonly struct CachedJob(
        Plan plan, MatrixView query, MatrixView keys, MatrixView values, MatrixView output) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            int head = tile % plan.HeadCount, keyHead = head / plan.QueriesPerKey;
            (int start, int end) = Tiling.Range(tile / plan.HeadCount, QueriesPerTile, query.Rows);
            var pointers = new Head(
                query.Data + (head * plan.Width), query.Stride, keys.Data + (keyHead * plan.Width), keys.Stride,
                values.Data + (keyHead * plan.Width), values.Stride, output.Data + (head * plan.Width), output.Stride, null);
            AttendTile(plan, worker, new VisibleKeys(0, keys.Rows - query.Rows, keys.Rows), pointers, start, end);
        }
    }
}
