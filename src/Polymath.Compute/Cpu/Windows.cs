using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The windows of convolutions, and the gradient of what they were gathered from.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <typeparam name="T">What maps and windows hold: float or <see cref="BFloat16"/>; sums are fp32.</typeparam>
internal static unsafe class Windows<TSimd, T>
    where TSimd : struct, ISimd<TSimd>
    where T : unmanaged
{
    private const int Side = WindowShape.WindowSide;

    /// <summary>See <see cref="Kernels.GatherWindows"/>. One tile is a row of windows.</summary>
    public static void Gather(WorkerTeam team, WindowShape shape, MatrixView x, MatrixView windows) =>
        team.Run(windows.Rows / shape.WindowsPerRow, new GatherJob(shape, x, windows));

    /// <summary>See <see cref="Kernels.SumWindows"/>. One tile is a row of the map.</summary>
    public static void Sum(WorkerTeam team, WindowShape shape, MatrixView dWindows, MatrixView dx) =>
        team.Run(dx.Rows / shape.Side, new SumJob(shape, dWindows, dx));

    // y[j] = Σ parts[·][j], in their order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(ReadOnlySpan<nint> parts, T* y, int count)
    {
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            default(AllLanes<TSimd>).Store(Sum(default(AllLanes<TSimd>), parts, j), y + j);
        }

        if (j < count)
        {
            var lanes = new FirstLanes<TSimd>(count - j);
            lanes.Store(Sum(lanes, parts, j), y + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Sum<TLanes>(TLanes lanes, ReadOnlySpan<nint> parts, int j)
        where TLanes : struct, ILanes<TSimd>
    {
        TSimd sum = TSimd.Create(0);
        foreach (nint part in parts)
        {
            sum += lanes.Load((T*)part + j);
        }

        return sum;
    }

    private readonly struct GatherJob(WindowShape shape, MatrixView x, MatrixView windows) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            int perRow = shape.WindowsPerRow, channels = shape.Channels;
            int image = tile / perRow, top = (tile % perRow * shape.Stride) - 1;
            int map = image * shape.PositionCount;
            for (int index = 0; index < perRow; index++)
            {
                T* cell = windows.Row<T>((tile * perRow) + index);
                int left = (index * shape.Stride) - 1;
                for (int y = top; y < top + Side; y++)
                {
                    for (int column = left; column < left + Side; column++, cell += channels)
                    {
                        var target = new Span<T>(cell, channels);
                        if ((uint)y < (uint)shape.Side && (uint)column < (uint)shape.Side)
                        {
                            new ReadOnlySpan<T>(x.Row<T>(map + (y * shape.Side) + column), channels).CopyTo(target);
                        }
                        else
                        {
                            target.Clear();
                        }
                    }
                }
            }
        }
    }

    private readonly struct SumJob(WindowShape shape, MatrixView dWindows, MatrixView dx) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            Span<nint> parts = stackalloc nint[Side * Side];
            int image = tile / shape.Side, y = tile % shape.Side, stride = shape.Stride;
            for (int x = 0; x < shape.Side; x++)
            {
                // The cell (row, column) of a window with its centre at (v, u)·stride lies at (v, u)·stride + cell - 1.
                int count = 0;
                for (int row = 0; row < Side; row++)
                {
                    int v = y + 1 - row;
                    if (v < 0 || v % stride != 0 || v / stride >= shape.WindowsPerRow)
                    {
                        continue;
                    }

                    for (int column = 0; column < Side; column++)
                    {
                        int u = x + 1 - column;
                        if (u >= 0 && u % stride == 0 && u / stride < shape.WindowsPerRow)
                        {
                            int window = (image * shape.WindowCount) + (v / stride * shape.WindowsPerRow) + (u / stride);
                            int cell = (row * Side) + column;
                            parts[count++] = (nint)(dWindows.Row<T>(window) + (cell * shape.Channels));
                        }
                    }
                }

                Sum(parts[..count], dx.Row<T>((tile * shape.Side) + x), shape.Channels);
            }
        }
    }
}
