namespace Polymath.Compute.Cpu;

/// <summary>
/// The backward pass of attention, from the saved logarithms of the softmax's sums (Dao et al., 2022). A tile is a key
/// head of a sequence with all its query heads, so that what flows back into a key is summed in one place, in order.
/// </summary>
internal static unsafe class AttentionBackward
{
    /// <summary>The most keys of a block; packed, they lie in the second cache.</summary>
    public const int KeyBlock = 256;

    /// <summary>See <see cref="Kernels.AttendBackward"/>.</summary>
    public static void Run<TTile, TKeys>(
        WorkerTeam team, Scratch scratch, TTile attention, AttentionShape shape, SequenceLayout layout, MatrixView query,
        MatrixView key, MatrixView value, MatrixView output, float* logSums, MatrixView dOutput, MatrixView dQuery,
        MatrixView dKey, MatrixView dValue)
        where TTile : struct, IBackwardTile<TKeys>
        where TKeys : struct
    {
        float* memory = scratch.Take(attention.Count * team.ThreadCount);
        team.Run(
            checked(layout.SequenceCount * shape.KeyValueHeadCount),
            new Job<TTile, TKeys>(
                attention, shape, memory, layout, query, key, value, output, logSums, dOutput, dQuery, dKey, dValue));
    }

    private readonly struct Job<TTile, TKeys>(
        TTile attention, AttentionShape shape, float* memory, SequenceLayout layout, MatrixView query, MatrixView key,
        MatrixView value, MatrixView output, float* logSums, MatrixView dOutput, MatrixView dQuery, MatrixView dKey,
        MatrixView dValue) : IParallelJob
        where TTile : struct, IBackwardTile<TKeys>
        where TKeys : struct
    {
        public void Execute(int tile, int worker)
        {
            int sequence = tile / shape.KeyValueHeadCount, keyHead = tile % shape.KeyValueHeadCount;
            int first = layout.Starts[sequence], length = layout.Lengths[sequence], width = shape.HeadWidth;
            int heads = shape.HeadCount / shape.KeyValueHeadCount;
            VisibleKeys visible = VisibleKeys.Of(layout, sequence);
            float* ofWorker = memory + (worker * attention.Count);
            var keyRows = new KeyHead(
                HeadRows.Of(key, first, keyHead, width), HeadRows.Of(value, first, keyHead, width),
                HeadRows.Of(dKey, first, keyHead, width), HeadRows.Of(dValue, first, keyHead, width));
            for (int k0 = 0; k0 < length; k0 += KeyBlock)
            {
                TKeys keys = attention.PackKeys(ofWorker, keyRows, k0, Math.Min(KeyBlock, length - k0));
                for (int index = 0; index < heads; index++)
                {
                    int head = (keyHead * heads) + index;
                    var queryRows = new QueryHead(
                        index, HeadRows.Of(query, first, head, width), HeadRows.Of(output, first, head, width),
                        HeadRows.Of(dOutput, first, head, width), HeadRows.Of(dQuery, first, head, width),
                        logSums + ((nint)head * query.Rows) + first, shape.Scale, visible);
                    for (int q0 = visible.FirstQueryOf(k0); q0 < length; q0 += TTile.QueryBlock)
                    {
                        attention.AddBlock(
                            ofWorker, queryRows, keyRows, keys, q0, Math.Min(TTile.QueryBlock, length - q0));
                    }
                }

                attention.StoreKeyGradients(ofWorker, keyRows, k0, Math.Min(KeyBlock, length - k0));
            }
        }
    }
}
