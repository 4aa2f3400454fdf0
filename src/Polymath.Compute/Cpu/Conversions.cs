using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Rows copied from one type of storage to another.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="TFrom">What is read: float or <see cref="BFloat16"/>.</typeparam>
/// <typeparam name="TTo">What is written: float or <see cref="BFloat16"/>.</typeparam>
internal static unsafe class Conversions<TSimd, TFrom, TTo>
    where TSimd : struct, ISimd<TSimd>
    where TFrom : unmanaged
    where TTo : unmanaged
{
    /// <summary>See <see cref="Kernels.Copy"/>.</summary>
    public static void Copy(WorkerTeam team, MatrixView x, MatrixView y)
    {
        int rowsPerTile = Tiling.RowsPerTile(x.Columns);
        team.Run(Tiling.CountTiles(x.Rows, rowsPerTile), new Job(x, y, rowsPerTile));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRow(TFrom* x, TTo* y, int columns)
    {
        var all = default(AllLanes<TSimd>);
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            all.Store(all.Load(x + j), y + j);
        }

        if (j < columns)
        {
            var lanes = new FirstLanes<TSimd>(columns - j);
            lanes.Store(lanes.Load(x + j), y + j);
        }
    }

    private readonly struct Job(MatrixView x, MatrixView y, int rowsPerTile) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerTile, x.Rows);
            for (int row = start; row < end; row++)
            {
                CopyRow(x.Row<TFrom>(row), y.Row<TTo>(row), x.Columns);
            }
        }
    }
}
