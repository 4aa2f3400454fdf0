using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>
/// The backward pass of attention, from the saved logarithms of the softmax's sums (Dao et al., 2022). A tile is a key
/// head of a sequence with all its query heads, so that what flows back into a key is summed in one place, in order.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class AttentionBackward<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    private const int KeyBlock = 256, QueryBlock = BackwardBuffers<TSimd>.QueryBlock;
    private const float Log2E = 1.44269504f, NaturalLog2 = 0.693147181f;

    // How many rows ahead a gradient's lines are asked for before they are written.
    private const int WriteAhead = 16;

    /// <summary>See <see cref="Kernels.AttendBackward"/>.</summary>
    public static void Run(
        WorkerTeam team, Scratch scratch, AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key,
        MatrixView value, MatrixView output, float* logSums, MatrixView dOutput, MatrixView dQuery, MatrixView dKey,
        MatrixView dValue)
    {
        var sizes = new AttentionSizes<TSimd>(shape.HeadWidth, Math.Min(layout.MaxLength, KeyBlock));
        float* memory = scratch.Take(new BackwardBuffers<TSimd>(sizes, null).Count * team.ThreadCount);
        team.Run(
            checked(layout.SequenceCount * shape.KeyValueHeadCount),
            new Job(
                shape, sizes, memory, layout, query, key, value, output, logSums, dOutput, dQuery, dKey, dValue));
    }

    private static KeyStrips PackKeys(in BackwardBuffers<TSimd> buffers, in KeyHead head, int first, int count)
    {
        int width = buffers.Sizes.Width;
        return new(
            first, count,
            AttentionPacking<TSimd>.PackTransposed(head.Key, first, count, width, buffers.TransposedKeys),
            AttentionPacking<TSimd>.PackTransposed(head.Value, first, count, width, buffers.TransposedValues),
            AttentionPacking<TSimd>.PackStrips(head.Key, first, count, width, buffers.Keys));
    }

    // What a block of queries and a block of keys have to do with each other.
    private static void Block(
        in BackwardBuffers<TSimd> buffers, in QueryHead head, in KeyHead keyHead, in KeyStrips keys, int q0, int queries)
    {
        LoadQueries(buffers, head, q0, queries);
        int groupRows = AttentionTiles<TSimd>.Rows;
        for (int group = 0; group < queries; group += groupRows)
        {
            int groupEnd = Math.Min(queries, group + groupRows);
            ScoreGradients(buffers, head, keys, q0, group, groupEnd);
            for (int row = group; row < groupEnd; row++)
            {
                Prefetch(head, keyHead, keys.First, q0 + row, buffers.Sizes.Width);
            }
        }

        KeyGradients(buffers, head.Visible, keys, q0, queries);
        for (int row = 0; row < queries; row++)
        {
            float* source = buffers.DQueries + (row * buffers.Sizes.PaddedWidth), target = head.DQuery.Row(q0 + row);
            if (keys.First == 0)
            {
                SoftmaxRows<TSimd>.Scale(source, head.Scale, target, buffers.Sizes.Width);
            }
            else
            {
                SoftmaxRows<TSimd>.AddScaled(source, head.Scale, target, buffers.Sizes.Width);
            }
        }
    }

    // Queries are scaled so that scores are powers of two; a row's mean is that of its weight gradients, dOutput·output.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadQueries(in BackwardBuffers<TSimd> buffers, in QueryHead head, int q0, int queries)
    {
        int width = buffers.Sizes.Width, paddedWidth = buffers.Sizes.PaddedWidth;
        int rows = AttentionTiles<TSimd>.PaddedRows(queries);
        AttentionPacking<TSimd>.CopyRows(
            head.Query, q0, queries, width, head.Scale * Log2E, buffers.Queries, rows, paddedWidth);
        AttentionPacking<TSimd>.CopyRows(head.DOutput, q0, queries, width, 1, buffers.DOutputs, rows, paddedWidth);
        for (int row = 0; row < queries; row++)
        {
            buffers.Means[row] = SoftmaxRows<TSimd>.Dot(
                head.Output.Row(q0 + row), buffers.DOutputs + (row * paddedWidth), width);
            buffers.LogSums[row] = Log2E * head.LogSums[q0 + row];
        }
    }

    // The weights and score gradients of a group of queries, and what flows back into the queries.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreGradients(
        in BackwardBuffers<TSimd> buffers, in QueryHead head, in KeyStrips keys, int q0, int group, int groupEnd)
    {
        int width = buffers.Sizes.Width, paddedWidth = buffers.Sizes.PaddedWidth, stride = buffers.Sizes.ScoreStride;
        int seen = head.Visible.CountFor(q0 + groupEnd - 1, keys.First, keys.Count);
        int vectors = Tiling.CountTiles(seen, TSimd.Count);
        int padded = Math.Max(vectors * TSimd.Count, AttentionTiles<TSimd>.PaddedRows(seen));
        float* weights = buffers.Weights + (group * stride), dScores = buffers.DScores + (group * stride);
        AttentionTiles<TSimd>.Multiply(
            buffers.Queries + (group * paddedWidth), paddedWidth, 1, keys.TransposedKeys, weights, stride, vectors,
            width, accumulate: false);
        AttentionTiles<TSimd>.Multiply(
            buffers.DOutputs + (group * paddedWidth), paddedWidth, 1, keys.TransposedValues, dScores, stride, vectors,
            width, accumulate: false);
        for (int row = group; row < groupEnd; row++)
        {
            SoftmaxRows<TSimd>.Backward(
                buffers.Weights + (row * stride), 1, buffers.DScores + (row * stride),
                head.Visible.CountFor(q0 + row, keys.First, keys.Count), padded, buffers.LogSums[row],
                buffers.Means[row]);
        }

        AttentionTiles<TSimd>.Multiply(
            dScores, stride, 1, keys.Keys, buffers.DQueries + (group * paddedWidth), paddedWidth,
            buffers.Sizes.WidthVectors, seen, accumulate: false);
    }

    // What flows back into keys and values, a tile of them at a time, from the queries that see them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void KeyGradients(in BackwardBuffers<TSimd> buffers, VisibleKeys visible, in KeyStrips keys, int q0, int queries)
    {
        int paddedWidth = buffers.Sizes.PaddedWidth, stride = buffers.Sizes.ScoreStride;
        int vectors = buffers.Sizes.WidthVectors, seen = visible.CountFor(q0 + queries - 1, keys.First, keys.Count);
        var dOutputs = new Strips(buffers.DOutputs, paddedWidth, AttentionTiles<TSimd>.StripColumns);
        var queryStrips = new Strips(buffers.Queries, paddedWidth, AttentionTiles<TSimd>.StripColumns);
        for (int group = 0; group < seen; group += AttentionTiles<TSimd>.Rows)
        {
            int from = Math.Clamp(visible.FirstQueryOf(keys.First + group) - q0, 0, queries), depth = queries - from;
            int at = (from * stride) + group;
            AttentionTiles<TSimd>.Multiply(
                buffers.Weights + at, 1, stride, dOutputs.From(from), buffers.DValues + (group * paddedWidth),
                paddedWidth, vectors, depth, accumulate: true);
            AttentionTiles<TSimd>.Multiply(
                buffers.DScores + at, 1, stride, queryStrips.From(from), buffers.DKeys + (group * paddedWidth),
                paddedWidth, vectors, depth, accumulate: true);
        }
    }

    // The next block of this head, and the next head's keys, which lie beside this one's.
    private static void Prefetch(in QueryHead head, in KeyHead keyHead, int k0, int row, int width)
    {
        int later = row + QueryBlock;
        head.Query.Prefetch(later, 0, width);
        head.Output.Prefetch(later, 0, width);
        head.DOutput.Prefetch(later, 0, width);
        head.DQuery.Prefetch(later, 0, width);
        if (k0 == 0)
        {
            keyHead.Key.Prefetch(row, width, width);
            keyHead.Value.Prefetch(row, width, width);
        }
    }

    private static void StoreKeyGradients(in BackwardBuffers<TSimd> buffers, in KeyHead head, int first, int count)
    {
        int width = buffers.Sizes.Width, paddedWidth = buffers.Sizes.PaddedWidth;
        for (int row = 0; row < count; row++)
        {
            head.DKey.Prefetch(first + row + WriteAhead, 0, width);
            head.DValue.Prefetch(first + row + WriteAhead, 0, width);

            // The queries held the scale and log2(e): what is too much of it is taken off here.
            SoftmaxRows<TSimd>.Scale(
                buffers.DKeys + (row * paddedWidth), NaturalLog2, head.DKey.Row(first + row), width);
            SoftmaxRows<TSimd>.Scale(buffers.DValues + (row * paddedWidth), 1, head.DValue.Row(first + row), width);
        }
    }

    private readonly struct Job(
        AttentionShape shape, AttentionSizes<TSimd> sizes, float* memory, SequenceLayout layout, MatrixView query,
        MatrixView key, MatrixView value, MatrixView output, float* logSums, MatrixView dOutput, MatrixView dQuery,
        MatrixView dKey, MatrixView dValue) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            int sequence = tile / shape.KeyValueHeadCount, keyHead = tile % shape.KeyValueHeadCount;
            int first = layout.Starts[sequence], length = layout.Lengths[sequence], width = shape.HeadWidth;
            int heads = shape.HeadCount / shape.KeyValueHeadCount;
            VisibleKeys visible = VisibleKeys.Of(layout, sequence);
            var buffers = new BackwardBuffers<TSimd>(sizes, memory + (worker * new BackwardBuffers<TSimd>(sizes, null).Count));
            var keyRows = new KeyHead(
                HeadRows.Of(key, first, keyHead, width), HeadRows.Of(value, first, keyHead, width),
                HeadRows.Of(dKey, first, keyHead, width), HeadRows.Of(dValue, first, keyHead, width));
            for (int k0 = 0; k0 < length; k0 += KeyBlock)
            {
                KeyStrips keys = PackKeys(buffers, keyRows, k0, Math.Min(KeyBlock, length - k0));
                int size = AttentionTiles<TSimd>.PaddedRows(keys.Count) * sizes.PaddedWidth;
                new Span<float>(buffers.DKeys, size).Clear();
                new Span<float>(buffers.DValues, size).Clear();
                for (int head = keyHead * heads; head < (keyHead + 1) * heads; head++)
                {
                    var queryRows = new QueryHead(
                        HeadRows.Of(query, first, head, width), HeadRows.Of(output, first, head, width),
                        HeadRows.Of(dOutput, first, head, width), HeadRows.Of(dQuery, first, head, width),
                        logSums + ((nint)head * query.Rows) + first, shape.Scale, visible);
                    for (int q0 = visible.FirstQueryOf(k0); q0 < length; q0 += QueryBlock)
                    {
                        Block(buffers, queryRows, keyRows, keys, q0, Math.Min(QueryBlock, length - q0));
                    }
                }

                StoreKeyGradients(buffers, keyRows, k0, keys.Count);
            }
        }
    }
}
