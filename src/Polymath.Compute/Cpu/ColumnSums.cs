using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Sums over rows that do not depend on the threads: each chunk of rows has a row of partial sums in scratch memory,
/// [chunks, width], and the chunks are added up in their order.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class ColumnSums<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    private const int ColumnsPerTile = 256;

    /// <summary>Adds the partial sums of all chunks to what <paramref name="sums"/> holds.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="partials">The first chunk's partial sum of the first column.</param>
    /// <param name="stride">From one chunk's partial sums to the next one's.</param>
    /// <param name="chunkCount">The number of chunks.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="sums">[columns].</param>
    public static void Finish(
        WorkerTeam team, float* partials, int stride, int chunkCount, int columns, float* sums) =>
        team.Run(
            Tiling.CountTiles(columns, ColumnsPerTile), new FinishJob(partials, stride, chunkCount, columns, sums));

    /// <summary>Adds the column sums of <paramref name="x"/> to <paramref name="sums"/>.</summary>
    /// <typeparam name="T">What x holds: float or <see cref="BFloat16"/>.</typeparam>
    public static void Add<T>(WorkerTeam team, Scratch scratch, MatrixView x, float* sums)
        where T : unmanaged
    {
        int rowsPerChunk = Tiling.RowsPerChunk(x.Rows), chunkCount = Tiling.CountTiles(x.Rows, rowsPerChunk);
        float* partials = scratch.Take((long)chunkCount * x.Columns);
        team.Run(chunkCount, new ChunkJob<T>(x, rowsPerChunk, partials));
        Finish(team, partials, x.Columns, chunkCount, x.Columns, sums);
    }

    /// <summary>The zeroed row of partial sums of a chunk, or null where there are none.</summary>
    public static float* BeginChunk(float* partials, int chunk, int columns)
    {
        if (partials is null)
        {
            return null;
        }

        float* partial = partials + ((nint)chunk * columns);
        new Span<float>(partial, columns).Clear();
        return partial;
    }

    // sums[j] += x[j].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRow<T>(float* sums, T* x, int columns)
        where T : unmanaged
    {
        var all = default(AllLanes<TSimd>);
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            all.Store(all.Load(sums + j) + all.Load(x + j), sums + j);
        }

        if (j < columns)
        {
            var lanes = new FirstLanes<TSimd>(columns - j);
            lanes.Store(lanes.Load(sums + j) + lanes.Load(x + j), sums + j);
        }
    }

    private readonly struct ChunkJob<T>(MatrixView x, int rowsPerChunk, float* partials) : IParallelJob
        where T : unmanaged
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerChunk, x.Rows);
            float* partial = BeginChunk(partials, tile, x.Columns);
            for (int row = start; row < end; row++)
            {
                AddRow(partial, x.Row<T>(row), x.Columns);
            }
        }
    }

    private readonly struct FinishJob(float* partials, int stride, int chunkCount, int columns, float* sums)
        : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, ColumnsPerTile, columns);
            for (int chunk = 0; chunk < chunkCount; chunk++)
            {
                AddRow(sums + start, partials + ((nint)chunk * stride) + start, end - start);
            }
        }
    }
}
