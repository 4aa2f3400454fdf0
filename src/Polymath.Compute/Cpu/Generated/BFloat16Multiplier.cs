using System.Runtime.InteropServices;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// Products of operands rounded to bf16 and summed in fp32. Both operands are packed, as rounding writes them anew
/// anyway. The sum over k runs in an order that depends on the shape alone.
/// </summary>
internal sealed unsafe class BFloat16Multiplier : IDisposable
{
    private const int PanelColumns = BFloat16TileCode.MaxVectors * PackingCode.Lines;

    private readonly BFloat16Kernels _kernels;
    private readonly WorkerTeam _team;
    private readonly Blocking _blocking;
    private uint* _panelsOfA, _panelsOfB;

    /// <summary>Prepares products; the blocks count pairs where they count k or elements.</summary>
    public BFloat16Multiplier(BFloat16Kernels kernels, WorkerTeam team, Blocking blocking)
    {
        _kernels = kernels;
        _team = team;
        _blocking = blocking;

        // A part of the depth may be a routine's call deeper than the limit.
        int pairs = Math.Max(blocking.PackedElements, (blocking.PackedDepth + blocking.Depth) * PanelColumns);
        long bytes = (long)pairs * sizeof(uint);
        ScratchBytes = 2 * bytes;
        _panelsOfA = (uint*)HugePages.Allocate((nuint)bytes);
        _panelsOfB = (uint*)HugePages.Allocate((nuint)bytes);
    }

    /// <summary>The memory that is held for packed panels.</summary>
    public long ScratchBytes { get; }

    /// <summary>C (+)= A·B (+ bias).</summary>
    public void Multiply(in ProductOperands operands)
    {
        int pairs = Blocking.CeilingDivide(operands.K, 2), callPairs = _blocking.DepthOf(pairs);
        int depthPart = 2 * _blocking.PackedDepthOf(pairs);
        int padded = BFloat16Panels.PaddedPairsOf(Math.Min(operands.K, depthPart));
        int rowPart = _blocking.PackedColumnsOf(operands.M, padded, BFloat16TileCode.PanelRows);
        int columnPart = _blocking.PackedColumnsOf(operands.N, padded, PanelColumns);
        for (int k = 0; k < operands.K; k += depthPart)
        {
            for (int row = 0; row < operands.M; row += rowPart)
            {
                for (int column = 0; column < operands.N; column += columnPart)
                {
                    ProductOperands part = operands
                        .Part(column, Math.Min(columnPart, operands.N - column), k, Math.Min(depthPart, operands.K - k))
                        .Rows(row, Math.Min(rowPart, operands.M - row));
                    PackAndMultiply(part, column == 0, row == 0 || columnPart < operands.N, callPairs);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_panelsOfA);
        NativeMemory.AlignedFree(_panelsOfB);
        _panelsOfA = _panelsOfB = null;
        _kernels.Dispose();
    }

    private void PackAndMultiply(in ProductOperands part, bool packA, bool packB, int callPairs)
    {
        BFloat16Panels a = new()
        {
            Source = part.A, LineStride = part.ARowStride, DepthStride = part.ADepthStride, Lines = part.M,
            Depth = part.K, PanelLines = BFloat16TileCode.PanelRows, Pairs = _panelsOfA,
        };
        BFloat16Panels b = new()
        {
            Source = part.B, LineStride = part.BColumnStride, DepthStride = part.BDepthStride, Lines = part.N,
            Depth = part.K, PanelLines = PanelColumns, Pairs = _panelsOfB,
        };
        var packing = new BFloat16PackingJob(_kernels, packA ? a : default, packB ? b : default);
        if (packing.TileCount > 0)
        {
            _team.Run(packing.TileCount, packing);
        }

        var grid = new TileGrid(
            part.M, part.N, part.K, BFloat16TileCode.Rows, PanelColumns, _blocking, _team.ThreadCount);
        _team.Run(grid.TileCount, new BFloat16TileJob(_kernels, part, a, b, callPairs, grid));
    }
}
