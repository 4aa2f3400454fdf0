using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.Generated;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Attention of a tile of queries by products of bf16: queries, keys, values and the softmax's weights are rounded to it,
/// scores, softmax and sums are fp32.
/// </summary>
/// <typeparam name="TSimd">The vector of the softmax.</typeparam>
/// <param name="kernels">The generated routines.</param>
/// <param name="width">Columns of a head.</param>
/// <param name="keyCount">The most keys of a sequence.</param>
internal readonly unsafe struct BFloat16ForwardTile<TSimd>(BFloat16Kernels kernels, int width, int keyCount)
    : IForwardTile
    where TSimd : struct, ISimd<TSimd>
{
    private const float Log2E = 1.44269504f;

    private readonly BFloat16Blocks _blocks = new(kernels);
    private readonly int _width = width, _keys = Math.Min(keyCount, AttentionForward.KeyBlock);

    /// <inheritdoc/>
    public long Count => new Buffers(_width, _keys, null).Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Attend(float* memory, in ForwardHead head, int start, int end)
    {
        var buffers = new Buffers(_width, _keys, memory);
        int keyCount = head.Visible.CountFor(end - 1);
        for (int k0 = 0; k0 < keyCount; k0 += AttentionForward.KeyBlock)
        {
            int keys = Math.Min(AttentionForward.KeyBlock, keyCount - k0);
            BFloat16Panels keyPanels = _blocks.Pack(
                head.Key, k0, keys, _width, linesAreRows: true, isLeft: false, buffers.Keys);
            BFloat16Panels valuePanels = _blocks.Pack(
                head.Value, k0, keys, _width, linesAreRows: false, isLeft: false, buffers.Values);
            for (int q0 = start; q0 < end; q0 += BFloat16Blocks.Lines)
            {
                int queries = Math.Min(BFloat16Blocks.Lines, end - q0), seen = head.Visible.CountFor(q0 + queries - 1);
                if (seen > k0)
                {
                    AttendGroup(buffers, head, keyPanels, valuePanels, q0, queries, q0 - start, k0, keys);
                    if (seen <= k0 + keys)
                    {
                        buffers.Running.Finish<TSimd>(head, _width, q0, queries, q0 - start);
                    }
                }
            }
        }
    }

    // At most 16 queries and a block of keys.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AttendGroup(
        in Buffers buffers, in ForwardHead head, in BFloat16Panels keyPanels, in BFloat16Panels valuePanels, int q0,
        int queries, int slot, int k0, int keys)
    {
        int seen = head.Visible.CountFor(q0 + queries - 1, k0, keys), stride = buffers.ScoreStride;
        int padded = Blocking.RoundUp(seen, BFloat16Blocks.RowElements);
        _blocks.Pack(head.Query, q0, queries, _width, linesAreRows: true, isLeft: true, buffers.Queries);
        _blocks.Multiply(
            buffers.Queries, queries, keyPanels, 0, seen, 0, Blocking.CeilingDivide(_width, 2), buffers.Scores, stride,
            accumulate: false);
        for (int row = 0; row < queries; row++)
        {
            buffers.Running.Weigh<TSimd>(
                slot + row, buffers.Scores + (row * stride), head.Scale * Log2E,
                head.Visible.CountFor(q0 + row, k0, keys), padded, isFirst: k0 == 0);
            if (k0 == 0)
            {
                head.PrefetchNext(q0 + row, _width);
            }
        }

        _blocks.PackRows(buffers.Scores, stride, padded, buffers.Weights);
        _blocks.Multiply(
            buffers.Weights, queries, valuePanels, 0, _width, 0, Blocking.CeilingDivide(seen, 2),
            buffers.Running.Sums + (slot * buffers.Running.Stride), buffers.Running.Stride, accumulate: k0 > 0);
    }

    // The memory of a worker: a block of keys and a group of queries, packed, and what is between them.
    private readonly struct Buffers
    {
        // Rows that are a power of two apart would fall on the same lines of the first cache.
        private const int ScorePadding = 16;

        public readonly uint* Keys, Values, Queries, Weights;
        public readonly float* Scores;
        public readonly int ScoreStride;
        public readonly RunningSums Running;
        public readonly long Count;

        public Buffers(int width, int keys, float* memory)
        {
            int paddedKeys = Blocking.RoundUp(keys, BFloat16Blocks.RowElements);
            ScoreStride = paddedKeys + ScorePadding;
            var cutter = new BufferCutter(memory);
            Keys = (uint*)cutter.Take(BFloat16Blocks.CountPairs(keys, width));
            Values = (uint*)cutter.Take(BFloat16Blocks.CountPairs(width, keys));
            Queries = (uint*)cutter.Take(BFloat16Blocks.CountPairs(BFloat16Blocks.Lines, width));
            Weights = (uint*)cutter.Take(BFloat16Blocks.CountPairs(BFloat16Blocks.Lines, keys));
            Scores = cutter.Take(BFloat16Blocks.Lines * ScoreStride);
            Running = new RunningSums(ref cutter, BFloat16Blocks.PaddedLines(width));
            Count = cutter.Count;
        }
    }
}
