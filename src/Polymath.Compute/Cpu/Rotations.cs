using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Rotary positions in place. R: rows; a row is heads of H columns each, halves paired.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="T">What activations are stored as: float or <see cref="BFloat16"/>.</typeparam>
internal static unsafe class Rotations<TSimd, T>
    where TSimd : struct, ISimd<TSimd>
    where T : unmanaged
{
    /// <summary>See <see cref="Kernels.Rotate"/>.</summary>
    public static void Rotate(
        WorkerTeam team, MatrixView x, int headWidth, int* positions, MatrixView table, bool inverse)
    {
        int rowsPerTile = Tiling.RowsPerTile(x.Columns);
        team.Run(
            Tiling.CountTiles(x.Rows, rowsPerTile), new Job(x, headWidth, positions, table, inverse, rowsPerTile));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RotateRow(T* x, int columns, int headWidth, float* cosines, float sineSign)
    {
        int half = headWidth / 2;
        TSimd sign = TSimd.Create(sineSign);
        for (T* end = x + columns; x < end; x += headWidth)
        {
            int j = 0;
            for (; j <= half - TSimd.Count; j += TSimd.Count)
            {
                Step(default(AllLanes<TSimd>), x + j, half, cosines + j, sign);
            }

            if (j < half)
            {
                Step(new FirstLanes<TSimd>(half - j), x + j, half, cosines + j, sign);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TLanes>(TLanes lanes, T* x, int half, float* cosines, TSimd sign)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd first = lanes.Load(x), second = lanes.Load(x + half);
        TSimd cosine = lanes.Load(cosines), sine = lanes.Load(cosines + half) * sign;
        lanes.Store((first * cosine) - (second * sine), x);
        lanes.Store((second * cosine) + (first * sine), x + half);
    }

    private readonly struct Job(
        MatrixView x, int headWidth, int* positions, MatrixView table, bool inverse, int rowsPerTile) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerTile, x.Rows);
            for (int row = start; row < end; row++)
            {
                RotateRow(x.Row<T>(row), x.Columns, headWidth, table.Row(positions[row]), inverse ? -1 : 1);
            }
        }
    }
}
