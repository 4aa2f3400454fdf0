namespace Polymath.Compute.Cpu;

/// <summary>
/// Softmax attention block by block (Dao et al., "FlashAttention", 2022): blocks of keys outside, blocks of queries
/// inside, a row's sum rescaled where a later block of keys holds a larger score. Memory is linear in the length.
/// </summary>
internal static unsafe class AttentionForward
{
    /// <summary>
    /// A tile packs all keys that its queries see: many queries, so that it pays, and still several tiles a sequence.
    /// </summary>
    public const int QueriesPerTile = 480;

    /// <summary>The most keys of a block; packed, they lie in the second cache.</summary>
    public const int KeyBlock = 256;

    /// <summary>See <see cref="Kernels.Attend"/>.</summary>
    public static void Attend<TTile>(
        WorkerTeam team, Scratch scratch, TTile attention, AttentionShape shape, SequenceLayout layout, MatrixView query,
        MatrixView key, MatrixView value, MatrixView output, float* logSums)
        where TTile : struct, IForwardTile
    {
        int tilesPerSequence = Tiling.CountTiles(layout.MaxLength, QueriesPerTile);
        float* memory = scratch.Take(attention.Count * team.ThreadCount);
        team.Run(
            checked(layout.SequenceCount * tilesPerSequence * shape.HeadCount),
            new SequencesJob<TTile>(
                attention, shape, memory, layout, query, key, value, output, logSums, tilesPerSequence));
    }

    /// <summary>Attention of many queries at once over a cache; see <see cref="Kernels.AttendCached"/>.</summary>
    public static void AttendCached<TTile>(
        WorkerTeam team, Scratch scratch, TTile attention, AttentionShape shape, MatrixView query, MatrixView keys,
        MatrixView values, MatrixView output)
        where TTile : struct, IForwardTile
    {
        float* memory = scratch.Take(attention.Count * team.ThreadCount);
        team.Run(
            checked(Tiling.CountTiles(query.Rows, QueriesPerTile) * shape.HeadCount),
            new CachedJob<TTile>(attention, shape, memory, query, keys, values, output));
    }

    private readonly struct SequencesJob<TTile>(
        TTile attention, AttentionShape shape, float* memory, SequenceLayout layout, MatrixView query, MatrixView key,
        MatrixView value, MatrixView output, float* logSums, int tilesPerSequence) : IParallelJob
        where TTile : struct, IForwardTile
    {
        public void Execute(int tile, int worker)
        {
            int head = tile % shape.HeadCount, rest = tile / shape.HeadCount, sequence = rest / tilesPerSequence;
            int first = layout.Starts[sequence], length = layout.Lengths[sequence], width = shape.HeadWidth;

            // The last queries see most: they come first, so that threads end together.
            int start = (tilesPerSequence - 1 - (rest % tilesPerSequence)) * QueriesPerTile;
            if (start < length)
            {
                int keyHead = head / (shape.HeadCount / shape.KeyValueHeadCount);
                var rows = new ForwardHead(
                    HeadRows.Of(query, first, head, width), HeadRows.Of(key, first, keyHead, width),
                    HeadRows.Of(value, first, keyHead, width), HeadRows.Of(output, first, head, width),
                    logSums + ((nint)head * query.Rows) + first, shape.Scale, VisibleKeys.Of(layout, sequence));
                attention.Attend(
                    memory + (worker * attention.Count), rows, start, Math.Min(length, start + QueriesPerTile));
            }
        }
    }

    private readonly struct CachedJob<TTile>(
        TTile attention, AttentionShape shape, float* memory, MatrixView query, MatrixView keys, MatrixView values,
        MatrixView output) : IParallelJob
        where TTile : struct, IForwardTile
    {
        public void Execute(int tile, int worker)
        {
            int head = tile % shape.HeadCount, keyHead = head / (shape.HeadCount / shape.KeyValueHeadCount);
            int width = shape.HeadWidth;
            (int start, int end) = Tiling.Range(tile / shape.HeadCount, QueriesPerTile, query.Rows);
            var rows = new ForwardHead(
                HeadRows.Of(query, 0, head, width), HeadRows.Of(keys, 0, keyHead, width),
                HeadRows.Of(values, 0, keyHead, width), HeadRows.Of(output, 0, head, width), null, shape.Scale,
                new VisibleKeys(0, keys.Rows - query.Rows, keys.Rows));
            attention.Attend(memory + (worker * attention.Count), rows, start, end);
        }
    }
}
