using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The backward pass by products of fp32.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <param name="width">Columns of a head.</param>
/// <param name="keyCount">The most keys of a sequence.</param>
internal readonly unsafe struct Float32BackwardTile<TSimd>(int width, int keyCount) : IBackwardTile<KeyStrips>
    where TSimd : struct, ISimd<TSimd>
{
    private const float Log2E = 1.44269504f, NaturalLog2 = 0.693147181f;

    private readonly AttentionSizes<TSimd> _sizes = new(width, Math.Min(keyCount, AttentionBackward.KeyBlock));

    /// <inheritdoc/>
    public static int QueryBlock => BackwardBuffers<TSimd>.QueryBlock;

    /// <inheritdoc/>
    public long Count => new BackwardBuffers<TSimd>(_sizes, null).Count;

    /// <inheritdoc/>
    public KeyStrips PackKeys(float* memory, in KeyHead head, int first, int count)
    {
        var buffers = new BackwardBuffers<TSimd>(_sizes, memory);
        int width = buffers.Sizes.Width, size = AttentionTiles<TSimd>.PaddedRows(count) * buffers.Sizes.PaddedWidth;
        new Span<float>(buffers.DKeys, size).Clear();
        new Span<float>(buffers.DValues, size).Clear();
        return new(
            first, count,
            AttentionPacking<TSimd>.PackTransposed(head.Key, first, count, width, buffers.TransposedKeys),
            AttentionPacking<TSimd>.PackTransposed(head.Value, first, count, width, buffers.TransposedValues),
            AttentionPacking<TSimd>.PackStrips(head.Key, first, count, width, buffers.Keys));
    }

    /// <inheritdoc/>
    public void AddBlock(float* memory, in QueryHead head, in KeyHead keyHead, in KeyStrips keys, int q0, int queries)
    {
        var buffers = new BackwardBuffers<TSimd>(_sizes, memory);
        LoadQueries(buffers, head, q0, queries);
        int groupRows = AttentionTiles<TSimd>.Rows;
        for (int group = 0; group < queries; group += groupRows)
        {
            int groupEnd = Math.Min(queries, group + groupRows);
            ScoreGradients(buffers, head, keys, q0, group, groupEnd);
            for (int row = group; row < groupEnd; row++)
            {
                head.PrefetchRow(q0 + row + QueryBlock, buffers.Sizes.Width);
                if (keys.First == 0)
                {
                    keyHead.PrefetchNext(q0 + row, buffers.Sizes.Width);
                }
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

    /// <inheritdoc/>
    public void StoreKeyGradients(float* memory, in KeyHead head, int first, int count)
    {
        var buffers = new BackwardBuffers<TSimd>(_sizes, memory);
        int width = buffers.Sizes.Width, paddedWidth = buffers.Sizes.PaddedWidth;
        for (int row = 0; row < count; row++)
        {
            head.PrefetchGradients(first + row, width);

            // The queries held the scale and log2(e): what is too much of it is taken off here.
            SoftmaxRows<TSimd>.Scale(
                buffers.DKeys + (row * paddedWidth), NaturalLog2, head.DKey.Row(first + row), width);
            SoftmaxRows<TSimd>.Scale(buffers.DValues + (row * paddedWidth), 1, head.DValue.Row(first + row), width);
        }
    }

    // Queries are scaled so that scores are powers of two; a row's mean is that of its weight gradients,
    // dOutput·output.
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
    private static void KeyGradients(
        in BackwardBuffers<TSimd> buffers, VisibleKeys visible, in KeyStrips keys, int q0, int queries)
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
}
