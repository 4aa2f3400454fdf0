using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.Generated;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Causal attention of few new positions over a cache. Keys and values are read once, where they lie, for all query
/// heads that share them: reading them is what it costs.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class CachedAttention<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    private const int KeyBlock = 256, KeysAhead = 24;
    private const float Log2E = 1.44269504f;

    /// <summary>See <see cref="Kernels.AttendCached"/>.</summary>
    public static void Attend(
        WorkerTeam team, Scratch scratch, BFloat16Kernels? routines, AttentionShape shape, MatrixView query,
        MatrixView keys, MatrixView values, MatrixView output)
    {
        if (query.Rows * (shape.HeadCount / shape.KeyValueHeadCount) > AttentionTiles<TSimd>.Rows)
        {
            AttendMany(team, scratch, routines, shape, query, keys, values, output);
            return;
        }

        var sizes = new AttentionSizes<TSimd>(shape.HeadWidth, Math.Min(keys.Rows, KeyBlock));
        float* memory = scratch.Take(new Buffers(sizes, null).Count * team.ThreadCount);
        team.Run(shape.KeyValueHeadCount, new Job(shape, sizes, memory, query, keys, values, output));
    }

    private static void AttendMany(
        WorkerTeam team, Scratch scratch, BFloat16Kernels? routines, AttentionShape shape, MatrixView query,
        MatrixView keys, MatrixView values, MatrixView output)
    {
        if (routines is not null)
        {
            var tile = new BFloat16ForwardTile<TSimd>(routines, shape.HeadWidth, keys.Rows);
            AttentionForward.AttendCached(team, scratch, tile, shape, query, keys, values, output);
        }
        else
        {
            var tile = new Float32ForwardTile<TSimd>(shape.HeadWidth, keys.Rows);
            AttentionForward.AttendCached(team, scratch, tile, shape, query, keys, values, output);
        }
    }

    // The memory of a worker; a row for each query of each query head that shares the keys.
    private readonly struct Buffers
    {
        public readonly float* Queries, Scores, Sums, Values, Maxima, WeightSums;
        public readonly long Count;

        public Buffers(AttentionSizes<TSimd> sizes, float* memory)
        {
            int rows = AttentionTiles<TSimd>.Rows;
            var cutter = new BufferCutter(memory);
            Queries = cutter.Take(rows * sizes.Width);
            Scores = cutter.Take(rows * sizes.ScoreStride);
            Sums = cutter.Take(rows * sizes.PaddedWidth);
            Values = cutter.Take((long)sizes.PaddedKeys * sizes.PaddedWidth);
            Maxima = cutter.Take(rows);
            WeightSums = cutter.Take(rows);
            Count = cutter.Count;
        }
    }

    // scores [rows, count] = queries·keysᵀ. The hardware does not foresee rows so far apart: they are asked for here,
    // the keys to come and the values of these.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score(
        float* queries, int rows, int width, HeadRows keys, HeadRows values, int k0, int count, float* scores,
        int scoreStride)
    {
        const int ColumnsPerTile = 4;
        int rowsPerTile = TSimd.HasManyRegisters ? 4 : 2;
        for (int key = 0; key < count; key += ColumnsPerTile)
        {
            for (int row = k0 + key; row < k0 + key + ColumnsPerTile; row++)
            {
                keys.Prefetch(row + KeysAhead, 0, width);
                values.Prefetch(row, 0, width);
            }

            for (int row = 0; row < rows; row += rowsPerTile)
            {
                TileOperands tile = new()
                {
                    A = queries + (row * width),
                    ARowStride = width,
                    ARowCount = Math.Min(rowsPerTile, rows - row),
                    ADepthStride = 1,
                    B = keys.Row(k0 + key),
                    BStride = keys.Stride,
                    BColumnCount = Math.Min(ColumnsPerTile, count - key),
                    C = scores + (row * scoreStride) + key,
                    CRowStride = scoreStride,
                    Depth = width,
                };
                if (TSimd.HasManyRegisters)
                {
                    InnerProductTiles<TSimd>.Multiply4x4(&tile);
                }
                else
                {
                    InnerProductTiles<TSimd>.Multiply2x4(&tile);
                }
            }
        }
    }

    private readonly struct Job(
        AttentionShape shape, AttentionSizes<TSimd> sizes, float* memory, MatrixView query, MatrixView keys,
        MatrixView values, MatrixView output) : IParallelJob
    {
        private int HeadsPerKey => shape.HeadCount / shape.KeyValueHeadCount;

        public void Execute(int tile, int worker)
        {
            var buffers = new Buffers(sizes, memory + (worker * new Buffers(sizes, null).Count));
            HeadRows keyRows = HeadRows.Of(keys, 0, tile, sizes.Width);
            HeadRows valueRows = HeadRows.Of(values, 0, tile, sizes.Width);
            var visible = new VisibleKeys(0, keys.Rows - query.Rows, keys.Rows);
            int rows = query.Rows * HeadsPerKey;
            for (int row = 0; row < rows; row++)
            {
                SoftmaxRows<TSimd>.Scale(
                    RowOf(query, tile, row), shape.Scale * Log2E, buffers.Queries + (row * sizes.Width), sizes.Width);
            }

            for (int k0 = 0; k0 < keys.Rows; k0 += KeyBlock)
            {
                AttendBlock(buffers, keyRows, valueRows, visible, rows, k0, Math.Min(KeyBlock, keys.Rows - k0));
            }

            for (int row = 0; row < rows; row++)
            {
                SoftmaxRows<TSimd>.Scale(
                    buffers.Sums + (row * sizes.PaddedWidth), 1 / buffers.WeightSums[row], RowOf(output, tile, row),
                    sizes.Width);
            }
        }

        private void AttendBlock(
            in Buffers buffers, HeadRows keyRows, HeadRows valueRows, VisibleKeys visible, int rows, int k0, int count)
        {
            int stride = sizes.ScoreStride, vectors = Tiling.CountTiles(count, TSimd.Count);
            Score(
                buffers.Queries, rows, sizes.Width, keyRows, valueRows, k0, count, buffers.Scores, stride);
            for (int row = 0; row < rows; row++)
            {
                SoftmaxRows<TSimd>.Weigh(
                    buffers.Scores + (row * stride), 1, visible.CountFor(row / HeadsPerKey, k0, count),
                    vectors * TSimd.Count, k0 == 0, ref buffers.Maxima[row], ref buffers.WeightSums[row],
                    buffers.Sums + (row * sizes.PaddedWidth), sizes.PaddedWidth);
            }

            // Only whole vectors may be read in place: behind the last value there may be no memory.
            Strips strips = sizes.Width % TSimd.Count == 0
                ? new Strips(valueRows.Row(k0), valueRows.Stride, AttentionTiles<TSimd>.StripColumns)
                : AttentionPacking<TSimd>.PackStrips(valueRows, k0, count, sizes.Width, buffers.Values);
            AttentionTiles<TSimd>.Multiply(
                buffers.Scores, stride, 1, strips, buffers.Sums, sizes.PaddedWidth, sizes.WidthVectors, count,
                accumulate: k0 > 0);
        }

        // Row: query after query, for each the heads that share the keys.
        private float* RowOf(MatrixView matrix, int keyHead, int row) => HeadRows
            .Of(matrix, row / HeadsPerKey, (keyHead * HeadsPerKey) + (row % HeadsPerKey), sizes.Width).Row(0);
    }
}
