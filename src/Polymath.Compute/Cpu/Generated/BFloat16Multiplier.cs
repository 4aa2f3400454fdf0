using System.Runtime.InteropServices;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// Products of bf16 operands, or of fp32 ones rounded to it, summed in fp32. B is packed; of A, what is not already rows
/// of pairs. The sum over k runs in an order that depends on the shape alone.
/// </summary>
internal sealed unsafe class BFloat16Multiplier : IDisposable
{
    private readonly BFloat16Kernels _kernels;
    private readonly WorkerTeam _team;
    private readonly Blocking _blocking;
    private readonly Scratch _sums = new();
    private readonly long _panelOfABytes, _panelOfBBytes;
    private uint* _panelsOfA, _panelsOfB;

    /// <summary>Prepares products; the blocks count pairs where they count k or elements.</summary>
    public BFloat16Multiplier(BFloat16Kernels kernels, WorkerTeam team, Blocking blocking)
    {
        _kernels = kernels;
        _team = team;
        _blocking = blocking;

        // A part of the depth may be a routine's call deeper than the limit.
        int pairs = Math.Max(
            blocking.PackedElements, (blocking.PackedDepth + blocking.Depth) * BFloat16TileCode.PanelRows);
        _panelOfABytes = (long)pairs * sizeof(uint);
        _panelsOfA = (uint*)HugePages.Allocate((nuint)_panelOfABytes);
        _panelOfBBytes = (long)BFloat16TileJob.PanelPairs(blocking.Depth + 16) * sizeof(uint) * team.ThreadCount;
        _panelsOfB = (uint*)HugePages.Allocate((nuint)_panelOfBBytes);
    }

    /// <summary>The routines.</summary>
    public BFloat16Kernels Kernels => _kernels;

    /// <summary>The memory that is held for packed panels and unfinished sums.</summary>
    public long ScratchBytes => _panelOfABytes + _panelOfBBytes + _sums.Bytes;

    /// <summary>C (+)= A·B (+ bias); only an fp32 C can be added to.</summary>
    public void Multiply(
        MatrixProduct product, MatrixView a, MatrixView b, MatrixView c, bool accumulate, float* bias)
    {
        ProductShape shape = ProductShape.Of(product, a, b, c);
        BFloat16Operand operandA = BFloat16Operand.Of(a, linesAreRows: product != MatrixProduct.TN);
        BFloat16Operand operandB = BFloat16Operand.Of(b, linesAreRows: product == MatrixProduct.NT);
        int pairs = Blocking.CeilingDivide(shape.K, 2), callPairs = _blocking.DepthOf(pairs);
        BFloat16Result result = ResultOf(c, accumulate, bias, isSummedInParts: callPairs < pairs);
        int packedRows = shape.M - BFloat16TileJob.RowsReadAsTheyLie(operandA);
        int depthPart = packedRows == 0 ? shape.K : 2 * _blocking.PackedDepthOf(pairs);
        int rowPart = packedRows < BFloat16TileCode.Rows
            ? shape.M
            : _blocking.PackedColumnsOf(
                shape.M, BFloat16Panels.PaddedPairsOf(Math.Min(shape.K, depthPart)), BFloat16TileCode.PanelRows);
        for (int k = 0; k < shape.K; k += depthPart)
        {
            int depth = Math.Min(depthPart, shape.K - k);
            result.IsUnfinished = k + depth < shape.K;
            result.HasSums = accumulate || k > 0;
            for (int row = 0; row < shape.M; row += rowPart)
            {
                PackAndMultiply(
                    operandA.Part(row, Math.Min(rowPart, shape.M - row), k, depth),
                    operandB.Part(0, shape.N, k, depth), result.At(row, 0), callPairs);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_panelsOfA);
        NativeMemory.AlignedFree(_panelsOfB);
        _panelsOfA = _panelsOfB = null;
        _sums.Dispose();
        _kernels.Dispose();
    }

    private BFloat16Result ResultOf(MatrixView c, bool accumulate, float* bias, bool isSummedInParts)
    {
        var result = new BFloat16Result
        {
            C = (byte*)c.Start, CRowBytes = (nint)c.Stride * c.Type.SizeInBytes(), Bias = bias,
        };
        switch (c.Type)
        {
            case DataType.Float32:
                result.Sums = c.Data;
                result.SumsRowBytes = result.CRowBytes;
                return result;
            case DataType.BFloat16 when !accumulate:
                result.IsBFloat16 = true;
                result.Sums = isSummedInParts ? _sums.Take((long)c.Rows * c.Columns) : null;
                result.SumsRowBytes = (nint)c.Columns * sizeof(float);
                return result;
            default:
                throw new ArgumentException($"expected a product of Float32, or of BFloat16 written, found {c.Type}");
        }
    }

    private void PackAndMultiply(
        in BFloat16Operand a, in BFloat16Operand b, in BFloat16Result result, int callPairs)
    {
        int rowsAsTheyLie = BFloat16TileJob.RowsReadAsTheyLie(a);
        BFloat16Panels panelsOfA = new()
        {
            Source = a.Part(rowsAsTheyLie, a.Lines - rowsAsTheyLie, 0, a.Depth),
            PanelLines = BFloat16TileCode.PanelRows, Pairs = _panelsOfA,
        };
        if (panelsOfA.Source.Lines > 0)
        {
            var packing = new BFloat16PackingJob(_kernels, panelsOfA);
            _team.Run(packing.TileCount, packing);
        }

        var grid = new TileGrid(
            a.Lines, b.Lines, a.Depth, BFloat16TileCode.Rows, BFloat16TileJob.PanelColumns, _blocking,
            _team.ThreadCount);
        _team.Run(
            grid.TileCount,
            new BFloat16TileJob(_kernels, a, panelsOfA, b, _panelsOfB, result, callPairs, grid, _team.ThreadCount));
    }
}
