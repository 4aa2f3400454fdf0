using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The mean row of every sequence, and its gradient. One tile is one sequence.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="T">What the rows hold: float or <see cref="BFloat16"/>; means are fp32.</typeparam>
internal static unsafe class SequenceMeans<TSimd, T>
    where TSimd : struct, ISimd<TSimd>
    where T : unmanaged
{
    /// <summary>See <see cref="Kernels.MeanSequences"/>.</summary>
    public static void Forward(WorkerTeam team, SequenceLayout layout, MatrixView x, MatrixView y) =>
        team.Run(layout.SequenceCount, new ForwardJob(layout, x, y));

    /// <summary>See <see cref="Kernels.MeanSequencesBackward"/>.</summary>
    public static void Backward(WorkerTeam team, SequenceLayout layout, MatrixView dy, MatrixView dx) =>
        team.Run(layout.SequenceCount, new BackwardJob(layout, dy, dx));

    // y[j] += scale·x[j].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* y, T* x, float scale, int columns)
    {
        var all = default(AllLanes<TSimd>);
        TSimd scales = TSimd.Create(scale);
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            all.Store(TSimd.MultiplyAdd(scales, all.Load(x + j), all.Load(y + j)), y + j);
        }

        if (j < columns)
        {
            var lanes = new FirstLanes<TSimd>(columns - j);
            lanes.Store(TSimd.MultiplyAdd(scales, lanes.Load(x + j), lanes.Load(y + j)), y + j);
        }
    }

    // y[j] = scale·x[j].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(T* y, float* x, float scale, int columns)
    {
        var all = default(AllLanes<TSimd>);
        TSimd scales = TSimd.Create(scale);
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            all.Store(scales * all.Load(x + j), y + j);
        }

        if (j < columns)
        {
            var lanes = new FirstLanes<TSimd>(columns - j);
            lanes.Store(scales * lanes.Load(x + j), y + j);
        }
    }

    private readonly struct ForwardJob(SequenceLayout layout, MatrixView x, MatrixView y) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            int start = layout.Starts[tile], length = layout.Lengths[tile];
            y.RowSpan(tile).Clear();
            for (int row = start; row < start + length; row++)
            {
                Add(y.Row(tile), x.Row<T>(row), 1f / length, x.Columns);
            }
        }
    }

    private readonly struct BackwardJob(SequenceLayout layout, MatrixView dy, MatrixView dx) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            int start = layout.Starts[tile], length = layout.Lengths[tile];
            for (int row = start; row < start + length; row++)
            {
                Scale(dx.Row<T>(row), dy.Row(tile), 1f / length, dx.Columns);
            }
        }
    }
}
