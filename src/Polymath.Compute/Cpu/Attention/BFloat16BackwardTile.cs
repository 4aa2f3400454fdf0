using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.Generated;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu;

/// <summary>
/// The backward pass by products of bf16. Scores are computed with a row a key, 16 keys at a time, so that two of the
/// three products that read them read rows; softmax and sums are fp32.
/// </summary>
/// <typeparam name="TSimd">The vector of the softmax.</typeparam>
/// <param name="kernels">The generated routines.</param>
/// <param name="shape">Heads and widths.</param>
/// <param name="keyCount">The most keys of a sequence.</param>
internal readonly unsafe struct BFloat16BackwardTile<TSimd>(BFloat16Kernels kernels, AttentionShape shape, int keyCount)
    : IBackwardTile<BFloat16Keys>
    where TSimd : struct, ISimd<TSimd>
{
    private const int KeyGroup = BFloat16Blocks.Lines;
    private const float Log2E = 1.44269504f;

    private readonly BFloat16Blocks _blocks = new(kernels);
    private readonly float _scale = shape.Scale;
    private readonly int _width = shape.HeadWidth, _heads = shape.HeadCount / shape.KeyValueHeadCount;

    /// <inheritdoc/>
    public static int QueryBlock => BFloat16BackwardBuffers.QueryBlock;

    /// <inheritdoc/>
    public long Count => BuffersOf(null).Count;

    /// <inheritdoc/>
    public BFloat16Keys PackKeys(float* memory, in KeyHead head, int first, int count)
    {
        BFloat16BackwardBuffers buffers = BuffersOf(memory);
        int size = BFloat16Blocks.PaddedLines(count) * buffers.PaddedWidth;
        new Span<float>(buffers.DKeys, size).Clear();
        new Span<float>(buffers.DValues, size).Clear();
        return new(
            first, count,
            _blocks.Pack(head.Key, first, count, _width, linesAreRows: true, isLeft: true, buffers.KeyRows),
            _blocks.Pack(head.Value, first, count, _width, linesAreRows: true, isLeft: true, buffers.ValueRows),
            _blocks.Pack(head.Key, first, count, _width, linesAreRows: false, isLeft: false, buffers.KeyColumns));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddBlock(float* memory, in QueryHead head, in KeyHead keyHead, in BFloat16Keys keys, int q0, int queries)
    {
        BFloat16BackwardBuffers buffers = BuffersOf(memory);
        BFloat16Queries packed = PackQueries(buffers, head, q0, queries);
        int seen = head.Visible.CountFor(q0 + queries - 1, keys.First, keys.Count);
        for (int group = 0; group < seen; group += KeyGroup)
        {
            // Queries in whole panels from the first that sees one of the keys.
            int firstQuery = head.Visible.FirstQueryOf(keys.First + group) - q0;
            int from = Math.Max(0, firstQuery) / BFloat16Blocks.RowElements * BFloat16Blocks.RowElements;
            ScoreGradients(buffers, head.Visible, keys, packed, q0, group, from);
            KeyGradients(buffers, packed, group, Math.Min(KeyGroup, keys.Count - group), from);
        }

        QueryGradients(buffers, head, keys, q0, queries);
        for (int row = 0; row < queries; row++)
        {
            head.PrefetchRow(q0 + row + QueryBlock, _width);
            if (keys.First == 0)
            {
                keyHead.PrefetchNext(q0 + row, _width);
            }
        }
    }

    /// <inheritdoc/>
    public void StoreKeyGradients(float* memory, in KeyHead head, int first, int count)
    {
        BFloat16BackwardBuffers buffers = BuffersOf(memory);
        for (int row = 0; row < count; row++)
        {
            head.PrefetchGradients(first + row, _width);
            int at = row * buffers.PaddedWidth;
            head.DKey.Store<TSimd>(first + row, buffers.DKeys + at, _scale, _width);
            head.DValue.Store<TSimd>(first + row, buffers.DValues + at, 1, _width);
        }
    }

    private BFloat16BackwardBuffers BuffersOf(float* memory) => new(_width, _heads, keyCount, memory);

    // A row's mean is that of its weight gradients, dOutput·output.
    private BFloat16Queries PackQueries(in BFloat16BackwardBuffers buffers, in QueryHead head, int q0, int queries)
    {
        for (int row = 0; row < queries; row++)
        {
            buffers.Means[row] = SoftmaxRows<TSimd>.Dot(head.Output.Row(q0 + row), head.DOutput.Row(q0 + row), _width);
            buffers.LogSums[row] = Log2E * head.LogSums[q0 + row];
        }

        return new(
            queries,
            _blocks.Pack(head.Query, q0, queries, _width, linesAreRows: true, isLeft: false, buffers.QueryRows),
            _blocks.Pack(head.DOutput, q0, queries, _width, linesAreRows: true, isLeft: false, buffers.DOutputRows),
            _blocks.Pack(head.Query, q0, queries, _width, linesAreRows: false, isLeft: false, buffers.QueryColumns),
            _blocks.Pack(
                head.DOutput, q0, queries, _width, linesAreRows: false, isLeft: false, buffers.DOutputColumns));
    }

    // The weights of a group of keys and the gradients of their scores, [keys, queries], for the queries from one on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScoreGradients(
        in BFloat16BackwardBuffers buffers, VisibleKeys visible, in BFloat16Keys keys, in BFloat16Queries queries,
        int q0, int group, int from)
    {
        const int Stride = BFloat16BackwardBuffers.ScoreStride;
        int rows = Math.Min(KeyGroup, keys.Count - group), pairs = Blocking.CeilingDivide(_width, 2);
        int padded = Blocking.RoundUp(queries.Count, BFloat16Blocks.RowElements);
        _blocks.Multiply(
            keys.KeyRows.PanelOf(group), rows, queries.QueryRows, from, queries.Count, 0, pairs, buffers.Weights,
            Stride, accumulate: false);
        _blocks.Multiply(
            keys.ValueRows.PanelOf(group), rows, queries.DOutputRows, from, queries.Count, 0, pairs, buffers.DScores,
            Stride, accumulate: false);
        for (int row = 0; row < rows; row++)
        {
            int first = Math.Max(from, visible.FirstQueryOf(keys.First + group + row) - q0);
            SoftmaxRows<TSimd>.BackwardOfKey(
                buffers.Weights + (row * Stride), _scale * Log2E, buffers.DScores + (row * Stride), buffers.LogSums,
                buffers.Means, from, Math.Min(first, queries.Count), queries.Count, padded);
        }

        // Keys that are missing must not be what is left in memory: zero times infinity is not zero.
        new Span<float>(buffers.Weights + (rows * Stride), (KeyGroup - rows) * Stride).Clear();
        new Span<float>(buffers.DScores + (rows * Stride), (KeyGroup - rows) * Stride).Clear();
        int panelPairs = BFloat16Panels.PaddedPairsOf(buffers.MostKeys);
        _blocks.PackColumns(
            buffers.DScores + from, Stride, BFloat16Blocks.PaddedLines(queries.Count) - from,
            buffers.DScoresOfQueries + ((nint)from * panelPairs) + (group / 2 * BFloat16Blocks.Lines), panelPairs);
    }

    // What flows back into a group of keys and values from the queries from one on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void KeyGradients(
        in BFloat16BackwardBuffers buffers, in BFloat16Queries queries, int group, int rows, int from)
    {
        const int Stride = BFloat16BackwardBuffers.ScoreStride;
        int count = Blocking.RoundUp(queries.Count - from, BFloat16Blocks.RowElements), at = group * buffers.PaddedWidth;
        int pair = from / 2, pairs = Blocking.CeilingDivide(queries.Count, 2) - pair;
        _blocks.PackRows(buffers.Weights + from, Stride, count, buffers.ScoresOfKeys);
        _blocks.Multiply(
            buffers.ScoresOfKeys, rows, queries.DOutputColumns, 0, _width, pair, pairs, buffers.DValues + at,
            buffers.PaddedWidth, accumulate: true);
        _blocks.PackRows(buffers.DScores + from, Stride, count, buffers.ScoresOfKeys);
        _blocks.Multiply(
            buffers.ScoresOfKeys, rows, queries.QueryColumns, 0, _width, pair, pairs, buffers.DKeys + at,
            buffers.PaddedWidth, accumulate: true);
    }

    // What flows back into the queries, 16 at a time, from the keys that they see: written once they have seen all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void QueryGradients(
        in BFloat16BackwardBuffers buffers, in QueryHead head, in BFloat16Keys keys, int q0, int queries)
    {
        int panelPairs = BFloat16Panels.PaddedPairsOf(buffers.MostKeys);
        for (int group = 0; group < queries; group += BFloat16Blocks.Lines)
        {
            int rows = Math.Min(BFloat16Blocks.Lines, queries - group);
            int keyCount = head.Visible.CountFor(q0 + group + rows - 1);
            int seen = Math.Min(keyCount - keys.First, keys.Count);
            float* sums = buffers.DQueries + ((nint)buffers.SlotOf(head.Index, q0 + group) * buffers.PaddedWidth);
            _blocks.Multiply(
                buffers.DScoresOfQueries + ((nint)group * panelPairs), rows, keys.KeyColumns, 0, _width, 0,
                Blocking.CeilingDivide(seen, 2), sums, buffers.PaddedWidth, accumulate: keys.First > 0);
            for (int row = 0; row < rows && keyCount <= keys.First + keys.Count; row++)
            {
                head.DQuery.Store<TSimd>(q0 + group + row, sums + (row * buffers.PaddedWidth), _scale, _width);
            }
        }
    }
}
