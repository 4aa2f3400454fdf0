namespace Polymath.Compute.Cpu;

/// <summary>
/// The backward pass of attention, from the saved logarithms of the softmax's sums (Dao et al., 2022). A tile is a key
/// head of a sequence with all its query heads, so that what flows back into a key is summed in one place, in order.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class AttentionBackward<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    private const int KeyBlock = 256, QueryBlock = 32;
    private const float Log2E = 1.44269504f, NaturalLog2 = 0.693147181f;

    /// <summary>See <see cref="Kernels.AttendBackward"/>.</summary>
    public static void Run(
        WorkerTeam team, Scratch scratch, AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key,
        MatrixView value, MatrixView output, float* logSums, MatrixView dOutput, MatrixView dQuery, MatrixView dKey,
        MatrixView dValue)
    {
        var plan = new Plan(shape, layout.MaxLength, team, scratch);
        var job = new Job(
            plan, shape, layout, query, key, value, output, logSums, dOutput, dQuery, dKey, dValue);
        team.Run(checked(layout.SequenceCount * shape.KeyValueHeadCount), job);
    }

    private struct Buffers
    {
        public float* TransposedKeys, TransposedValues, Keys, DKeys, DValues, Queries, DOutputs, Scores, Gradients, DQueries;
    }

    // Sizes, and where each worker's buffers are.
    private readonly struct Plan
    {
        private readonly float* _memory;
        private readonly nint _perWorker;
        private readonly int _keys;

        public Plan(AttentionShape shape, int maxLength, WorkerTeam team, Scratch scratch)
        {
            Width = shape.HeadWidth;
            PaddedWidth = AttentionPacking<TSimd>.PaddedColumns(Width);
            WidthVectors = Tiling.CountTiles(Width, TSimd.Count);
            int granularity = Math.Max(AttentionPacking<TSimd>.StripColumns, AttentionTiles<TSimd>.Rows);
            _keys = Tiling.CountTiles(Math.Min(maxLength, KeyBlock), granularity) * granularity;
            ScoreStride = _keys + 16;
            _perWorker = ((nint)5 * _keys * PaddedWidth) + (QueryBlock * ((3 * PaddedWidth) + (2 * ScoreStride)));
            _memory = scratch.Take((long)_perWorker * team.ThreadCount);
        }

        public int Width { get; }

        public int PaddedWidth { get; }

        public int WidthVectors { get; }

        public int ScoreStride { get; }

        public Buffers Of(int worker)
        {
            nint keySize = (nint)_keys * PaddedWidth;
            Buffers buffers;
            buffers.TransposedKeys = _memory + (worker * _perWorker);
            buffers.TransposedValues = buffers.TransposedKeys + keySize;
            buffers.Keys = buffers.TransposedValues + keySize;
            buffers.DKeys = buffers.Keys + keySize;
            buffers.DValues = buffers.DKeys + keySize;
            buffers.Queries = buffers.DValues + keySize;
            buffers.DOutputs = buffers.Queries + (QueryBlock * PaddedWidth);
            buffers.DQueries = buffers.DOutputs + (QueryBlock * PaddedWidth);
            buffers.Scores = buffers.DQueries + (QueryBlock * PaddedWidth);
            buffers.Gradients = buffers.Scores + (QueryBlock * ScoreStride);
            return buffers;
        }
    }

    private readonly struct Job(
        Plan plan, AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key, MatrixView value,
        MatrixView output, float* logSums, MatrixView dOutput, MatrixView dQuery, MatrixView dKey, MatrixView dValue)
        : IParallelJob
    {
        private const int GroupRows = AttentionTiles<TSimd>.Rows;

        public void Execute(int tile, int worker)
        {
            int sequence = tile / shape.KeyValueHeadCount, keyHead = tile % shape.KeyValueHeadCount;
            int first = layout.Starts[sequence], length = layout.Lengths[sequence];
            VisibleKeys visible = VisibleKeys.Of(layout, sequence);
            Buffers buffers = plan.Of(worker);
            int width = plan.Width, heads = shape.HeadCount / shape.KeyValueHeadCount;
            for (int k0 = 0; k0 < length; k0 += KeyBlock)
            {
                int keys = Math.Min(KeyBlock, length - k0);
                float* keyRows = key.Row(first + k0) + (keyHead * width);
                AttentionPacking<TSimd>.PackTransposed(keyRows, key.Stride, keys, width, buffers.TransposedKeys);
                AttentionPacking<TSimd>.PackStrips(keyRows, key.Stride, keys, width, buffers.Keys);
                AttentionPacking<TSimd>.PackTransposed(
                    value.Row(first + k0) + (keyHead * width), value.Stride, keys, width, buffers.TransposedValues);
                int paddedKeys = Tiling.CountTiles(keys, GroupRows) * GroupRows;
                new Span<float>(buffers.DKeys, paddedKeys * plan.PaddedWidth).Clear();
                new Span<float>(buffers.DValues, paddedKeys * plan.PaddedWidth).Clear();
                for (int head = keyHead * heads; head < (keyHead + 1) * heads; head++)
                {
                    for (int q0 = visible.FirstQueryOf(k0); q0 < length; q0 += QueryBlock)
                    {
                        int queries = Math.Min(QueryBlock, length - q0);
                        Block(buffers, visible, head, first, q0, queries, k0, keys);
                    }
                }

                for (int row = 0; row < keys; row++)
                {
                    int later = Math.Min(first + k0 + row + 16, query.Rows - 1);
                    CacheHints.Prefetch(dKey.Row(later) + (keyHead * width), width);
                    CacheHints.Prefetch(dValue.Row(later) + (keyHead * width), width);
                    SoftmaxRows<TSimd>.Scale(
                        buffers.DKeys + (row * plan.PaddedWidth), NaturalLog2,
                        dKey.Row(first + k0 + row) + (keyHead * width), width);
                    SoftmaxRows<TSimd>.Scale(
                        buffers.DValues + (row * plan.PaddedWidth), 1, dValue.Row(first + k0 + row) + (keyHead * width),
                        width);
                }
            }
        }

        private void Block(
            in Buffers buffers, VisibleKeys visible, int head, int first, int q0, int queries, int k0, int keys)
        {
            int rows = Tiling.CountTiles(queries, GroupRows) * GroupRows, at = head * plan.Width;
            AttentionPacking<TSimd>.CopyRows(
                query.Row(first + q0) + at, query.Stride, queries, plan.Width, shape.Scale * Log2E, buffers.Queries, rows,
                plan.PaddedWidth);
            AttentionPacking<TSimd>.CopyRows(
                dOutput.Row(first + q0) + at, dOutput.Stride, queries, plan.Width, 1, buffers.DOutputs, rows,
                plan.PaddedWidth);
            for (int row = 0; row < rows; row += GroupRows)
            {
                Scores(buffers, visible, head, first, q0, row, Math.Min(queries, row + GroupRows), k0, keys);
            }

            KeyGradients(buffers, visible, q0, queries, k0, keys);
            for (int row = 0; row < queries; row++)
            {
                float* target = dQuery.Row(first + q0 + row) + at, source = buffers.DQueries + (row * plan.PaddedWidth);
                if (k0 == 0)
                {
                    SoftmaxRows<TSimd>.Scale(source, shape.Scale, target, plan.Width);
                }
                else
                {
                    SoftmaxRows<TSimd>.AddScaled(source, shape.Scale, target, plan.Width);
                }
            }
        }

        // The weights and score gradients of a group of queries, and what flows back into the queries.
        private void Scores(
            in Buffers buffers, VisibleKeys visible, int head, int first, int q0, int row, int end, int k0, int keys)
        {
            nint transposedStrip = (nint)plan.Width * AttentionPacking<TSimd>.StripColumns;
            nint keyStrip = (nint)keys * AttentionPacking<TSimd>.StripColumns;
            int seen = visible.CountFor(q0 + end - 1, k0, keys), vectors = Tiling.CountTiles(seen, TSimd.Count);
            int padded = Math.Max(vectors * TSimd.Count, Tiling.CountTiles(seen, GroupRows) * GroupRows);
            float* scores = buffers.Scores + (row * plan.ScoreStride), gradients = buffers.Gradients + (row * plan.ScoreStride);
            var strides = new TileStrides
            {
                ARow = plan.PaddedWidth, ADepth = 1, BDepth = AttentionPacking<TSimd>.StripColumns, CRow = plan.ScoreStride,
            };
            AttentionTiles<TSimd>.Multiply(
                buffers.Queries + (row * plan.PaddedWidth), buffers.TransposedKeys, transposedStrip, scores, strides,
                GroupRows, vectors, plan.Width, accumulate: false);
            AttentionTiles<TSimd>.Multiply(
                buffers.DOutputs + (row * plan.PaddedWidth), buffers.TransposedValues, transposedStrip, gradients, strides,
                GroupRows, vectors, plan.Width, accumulate: false);
            for (int inGroup = row; inGroup < end; inGroup++)
            {
                int position = first + q0 + inGroup, at = head * plan.Width;
                Prefetch(position, head, k0);
                float mean = SoftmaxRows<TSimd>.Dot(output.Row(position) + at, dOutput.Row(position) + at, plan.Width);
                SoftmaxRows<TSimd>.Backward(
                    buffers.Scores + (inGroup * plan.ScoreStride), buffers.Gradients + (inGroup * plan.ScoreStride),
                    visible.CountFor(q0 + inGroup, k0, keys), padded, Log2E * logSums[((nint)head * query.Rows) + position],
                    mean);
            }

            strides.ARow = plan.ScoreStride;
            strides.CRow = plan.PaddedWidth;
            AttentionTiles<TSimd>.Multiply(
                gradients, buffers.Keys, keyStrip, buffers.DQueries + (row * plan.PaddedWidth), strides, GroupRows,
                plan.WidthVectors, seen, accumulate: false);
        }

        private void Prefetch(int position, int head, int k0)
        {
            int width = plan.Width, later = Math.Min(position + QueryBlock, query.Rows - 1);
            nint at = head * width;
            CacheHints.Prefetch(query.Row(later) + at, width);
            CacheHints.Prefetch(output.Row(later) + at, width);
            CacheHints.Prefetch(dOutput.Row(later) + at, width);
            CacheHints.Prefetch(dQuery.Row(later) + at, width);
            if (k0 == 0)
            {
                nint next = ((head / (shape.HeadCount / shape.KeyValueHeadCount)) + 1) * width;
                CacheHints.Prefetch(key.Row(position) + next, width);
                CacheHints.Prefetch(value.Row(position) + next, width);
            }
        }

        // What flows back into keys and values, eight of them at a time, from the queries that see them.
        private void KeyGradients(in Buffers buffers, VisibleKeys visible, int q0, int queries, int k0, int keys)
        {
            int seen = visible.CountFor(q0 + queries - 1, k0, keys);
            var strides = new TileStrides
            {
                ARow = 1, ADepth = plan.ScoreStride, BDepth = plan.PaddedWidth, CRow = plan.PaddedWidth,
            };
            for (int group = 0; group < seen; group += GroupRows)
            {
                int from = Math.Clamp(visible.FirstQueryOf(k0 + group) - q0, 0, queries);
                nint scoresAt = ((nint)from * plan.ScoreStride) + group, queriesAt = (nint)from * plan.PaddedWidth;
                nint keysAt = (nint)group * plan.PaddedWidth;
                AttentionTiles<TSimd>.Multiply(
                    buffers.Scores + scoresAt, buffers.DOutputs + queriesAt, AttentionPacking<TSimd>.StripColumns,
                    buffers.DValues + keysAt, strides, GroupRows, plan.WidthVectors, queries - from, accumulate: true);
                AttentionTiles<TSimd>.Multiply(
                    buffers.Gradients + scoresAt, buffers.Queries + queriesAt, AttentionPacking<TSimd>.StripColumns,
                    buffers.DKeys + keysAt, strides, GroupRows, plan.WidthVectors, queries - from, accumulate: true);
            }
        }
    }
}
