using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The activation kernels over matrices. R: rows, F: columns of the activation.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="T">What activations are stored as: float or <see cref="BFloat16"/>.</typeparam>
internal static unsafe class ActivationKernels<TSimd, T>
    where TSimd : struct, ISimd<TSimd>
    where T : unmanaged
{
    /// <summary>y = gelu(x); [R, F] both.</summary>
    public static void Gelu(WorkerTeam team, MatrixView x, MatrixView y)
    {
        int rowsPerTile = Tiling.RowsPerTile(x.Columns);
        team.Run(Tiling.CountTiles(x.Rows, rowsPerTile), new GeluJob(x, y, rowsPerTile));
    }

    /// <summary>dy becomes dx; its column sums are added to dBias unless null.</summary>
    public static void GeluBackward(WorkerTeam team, Scratch scratch, MatrixView x, MatrixView dy, float* dBias)
    {
        int rowsPerChunk = Tiling.RowsPerChunk(x.Rows), chunkCount = Tiling.CountTiles(x.Rows, rowsPerChunk);
        float* partials = dBias is null ? null : scratch.Take((long)chunkCount * x.Columns);
        team.Run(chunkCount, new GeluBackwardJob(x, dy, rowsPerChunk, partials));
        if (dBias is not null)
        {
            ColumnSums<TSimd>.Finish(team, partials, x.Columns, chunkCount, x.Columns, dBias);
        }
    }

    /// <summary>y [R, F] = silu(gate)·up of gateAndUp [R, 2F].</summary>
    public static void SwiGlu(WorkerTeam team, MatrixView gateAndUp, MatrixView y)
    {
        int rowsPerTile = Tiling.RowsPerTile(gateAndUp.Columns);
        team.Run(Tiling.CountTiles(y.Rows, rowsPerTile), new SwiGluJob(gateAndUp, y, rowsPerTile));
    }

    /// <summary>dy [R, F] gives dGateAndUp [R, 2F]; its column sums are added to dBias [2F] unless null.</summary>
    public static void SwiGluBackward(
        WorkerTeam team, Scratch scratch, MatrixView gateAndUp, MatrixView dy, MatrixView dGateAndUp, float* dBias)
    {
        int rowsPerChunk = Tiling.RowsPerChunk(dy.Rows), chunkCount = Tiling.CountTiles(dy.Rows, rowsPerChunk);
        int width = gateAndUp.Columns;
        float* partials = dBias is null ? null : scratch.Take((long)chunkCount * width);
        team.Run(chunkCount, new SwiGluBackwardJob(gateAndUp, dy, dGateAndUp, rowsPerChunk, partials));
        if (dBias is not null)
        {
            ColumnSums<TSimd>.Finish(team, partials, width, chunkCount, width, dBias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GeluRow(T* x, T* y, int columns)
    {
        var all = default(AllLanes<TSimd>);
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            all.Store(Activations<TSimd>.Gelu(all.Load(x + j)), y + j);
        }

        if (j < columns)
        {
            var lanes = new FirstLanes<TSimd>(columns - j);
            lanes.Store(Activations<TSimd>.Gelu(lanes.Load(x + j)), y + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GeluBackwardRow(T* x, T* dy, float* dBias, int columns)
    {
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            GeluBackwardStep(default(AllLanes<TSimd>), x + j, dy + j, dBias is null ? null : dBias + j);
        }

        if (j < columns)
        {
            GeluBackwardStep(new FirstLanes<TSimd>(columns - j), x + j, dy + j, dBias is null ? null : dBias + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GeluBackwardStep<TLanes>(TLanes lanes, T* x, T* dy, float* dBias)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd dx = lanes.Load(dy) * Activations<TSimd>.GeluDerivative(lanes.Load(x));
        lanes.Store(dx, dy);
        if (dBias is not null)
        {
            lanes.Store(lanes.Load(dBias) + dx, dBias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SwiGluRow(T* gate, T* up, T* y, int columns)
    {
        var all = default(AllLanes<TSimd>);
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            all.Store(Activations<TSimd>.Silu(all.Load(gate + j)) * all.Load(up + j), y + j);
        }

        if (j < columns)
        {
            var lanes = new FirstLanes<TSimd>(columns - j);
            lanes.Store(Activations<TSimd>.Silu(lanes.Load(gate + j)) * lanes.Load(up + j), y + j);
        }
    }

    // The gate's half of every array lies columns before the other's.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SwiGluBackwardRow(T* gate, T* dy, T* dGate, float* dBias, int columns)
    {
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            SwiGluBackwardStep(
                default(AllLanes<TSimd>), gate + j, dy + j, dGate + j, dBias is null ? null : dBias + j, columns);
        }

        if (j < columns)
        {
            SwiGluBackwardStep(
                new FirstLanes<TSimd>(columns - j), gate + j, dy + j, dGate + j, dBias is null ? null : dBias + j,
                columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SwiGluBackwardStep<TLanes>(
        TLanes lanes, T* gate, T* dy, T* dGate, float* dBias, int columns)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd g = lanes.Load(gate), d = lanes.Load(dy);
        TSimd s = Exponentials<TSimd>.Sigmoid(g);
        TSimd silu = g * s;
        TSimd dUp = d * silu;

        // silu' = s + g·s·(1 - s) = s + silu - silu·s.
        TSimd gateGradient = d * lanes.Load(gate + columns) * (s + (silu - (silu * s)));
        lanes.Store(gateGradient, dGate);
        lanes.Store(dUp, dGate + columns);
        if (dBias is not null)
        {
            lanes.Store(lanes.Load(dBias) + gateGradient, dBias);
            lanes.Store(lanes.Load(dBias + columns) + dUp, dBias + columns);
        }
    }

    private readonly struct GeluJob(MatrixView x, MatrixView y, int rowsPerTile) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerTile, x.Rows);
            for (int row = start; row < end; row++)
            {
                GeluRow(x.Row<T>(row), y.Row<T>(row), x.Columns);
            }
        }
    }

    private readonly struct GeluBackwardJob(MatrixView x, MatrixView dy, int rowsPerChunk, float* partials)
        : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerChunk, x.Rows);
            float* partial = ColumnSums<TSimd>.BeginChunk(partials, tile, x.Columns);
            for (int row = start; row < end; row++)
            {
                GeluBackwardRow(x.Row<T>(row), dy.Row<T>(row), partial, x.Columns);
            }
        }
    }

    private readonly struct SwiGluJob(MatrixView gateAndUp, MatrixView y, int rowsPerTile) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerTile, y.Rows);
            for (int row = start; row < end; row++)
            {
                T* gate = gateAndUp.Row<T>(row);
                SwiGluRow(gate, gate + y.Columns, y.Row<T>(row), y.Columns);
            }
        }
    }

    private readonly struct SwiGluBackwardJob(
        MatrixView gateAndUp, MatrixView dy, MatrixView dGateAndUp, int rowsPerChunk, float* partials) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (int start, int end) = Tiling.Range(tile, rowsPerChunk, dy.Rows);
            float* partial = ColumnSums<TSimd>.BeginChunk(partials, tile, gateAndUp.Columns);
            for (int row = start; row < end; row++)
            {
                SwiGluBackwardRow(gateAndUp.Row<T>(row), dy.Row<T>(row), dGateAndUp.Row<T>(row), partial, dy.Columns);
            }
        }
    }
}
