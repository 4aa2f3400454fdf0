using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Rows looked up in tables, and the gradients of those tables. R: rows, C: columns.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class Embeddings<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    // A cache line is 16 columns: column ranges of a multiple of it are never shared between threads.
    private const int ColumnGranularity = 16;

    /// <summary>See <see cref="Kernels.Embed"/>.</summary>
    public static void Embed(
        WorkerTeam team, int* tokens, MatrixView table, int* positions, MatrixView? positionTable, MatrixView y)
    {
        int rowsPerTile = Tiling.RowsPerTile(y.Columns);
        team.Run(
            Tiling.CountTiles(y.Rows, rowsPerTile),
            new ForwardJob(tokens, table, positions, positionTable, y, rowsPerTile));
    }

    /// <summary>
    /// See <see cref="Kernels.EmbedBackward"/>. Each tile takes a range of columns through all rows in their order, so
    /// the same bits come out however the columns are cut; hence the threads may decide how.
    /// </summary>
    public static void EmbedBackward(
        WorkerTeam team, int* tokens, MatrixView dTable, int* positions, MatrixView? dPositionTable, MatrixView dy)
    {
        int columns = Tiling.CountTiles(dy.Columns, team.ThreadCount);
        int columnsPerTile = Tiling.CountTiles(columns, ColumnGranularity) * ColumnGranularity;
        team.Run(
            Tiling.CountTiles(dy.Columns, columnsPerTile),
            new BackwardJob(tokens, dTable, positions, dPositionTable, dy, columnsPerTile));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* a, float* b, float* sum, int count)
    {
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            TSimd.Store(TSimd.Load(a + j) + TSimd.Load(b + j), sum + j);
        }

        if (j < count)
        {
            var lanes = new FirstLanes<TSimd>(count - j);
            lanes.Store(lanes.Load(a + j) + lanes.Load(b + j), sum + j);
        }
    }

    private readonly struct ForwardJob(
        int* tokens, MatrixView table, int* positions, MatrixView? positionTable, MatrixView y, int rowsPerTile)
        : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerTile, y.Rows);
            for (int row = start; row < end; row++)
            {
                if (positionTable is null)
                {
                    table.RowSpan(tokens[row]).CopyTo(y.RowSpan(row));
                }
                else
                {
                    Add(table.Row(tokens[row]), positionTable.Value.Row(positions[row]), y.Row(row), y.Columns);
                }
            }
        }
    }

    private readonly struct BackwardJob(
        int* tokens, MatrixView dTable, int* positions, MatrixView? dPositionTable, MatrixView dy, int columnsPerTile)
        : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, columnsPerTile, dy.Columns);
            for (int row = 0; row < dy.Rows; row++)
            {
                float* gradient = dy.Row(row) + start;
                float* target = dTable.Row(tokens[row]) + start;
                Add(target, gradient, target, end - start);
                if (dPositionTable is not null)
                {
                    target = dPositionTable.Value.Row(positions[row]) + start;
                    Add(target, gradient, target, end - start);
                }
            }
        }
    }
}
