using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// Multiplies A, as it lies or packed, by packed B, tile by tile of C. Within a tile the depth goes outermost, so that
/// A's block stays in the second cache; then B's panels; then rows, for which the panel stays where it is.
/// </summary>
internal readonly unsafe struct BFloat16TileJob : IParallelJob
{
    private readonly BFloat16Kernels _kernels;
    private readonly BFloat16Operand _a;
    private readonly BFloat16Panels _panelsOfA, _panelsOfB;
    private readonly BFloat16Result _result;
    private readonly TileGrid _grid;
    private readonly int _depth, _rowsAsTheyLie;

    /// <summary>Prepares a product whose operands are packed where they must be.</summary>
    /// <param name="kernels">The routines.</param>
    /// <param name="a">A.</param>
    /// <param name="panelsOfA">Its packed rows: those behind the <see cref="RowsReadAsTheyLie"/>.</param>
    /// <param name="panelsOfB">Packed B.</param>
    /// <param name="result">C.</param>
    /// <param name="depth">The pairs that a call of a routine sums.</param>
    /// <param name="grid">The tiles.</param>
    public BFloat16TileJob(
        BFloat16Kernels kernels, in BFloat16Operand a, in BFloat16Panels panelsOfA, in BFloat16Panels panelsOfB,
        in BFloat16Result result, int depth, TileGrid grid)
    {
        _kernels = kernels;
        _a = a;
        _panelsOfA = panelsOfA;
        _panelsOfB = panelsOfB;
        _result = result;
        _depth = depth;
        _grid = grid;
        _rowsAsTheyLie = RowsReadAsTheyLie(a);
    }

    /// <summary>
    /// How many rows of A, from the first, need no packing: whole tiles of bf16 whose neighbours are the pairs.
    /// </summary>
    public static int RowsReadAsTheyLie(in BFloat16Operand a) =>
        a.IsBFloat16 && a.HasContiguousLines && a.Depth % 2 == 0
            ? a.Lines / BFloat16TileCode.Rows * BFloat16TileCode.Rows
            : 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Execute(int tile, int worker)
    {
        (int row, int rowEnd, int column, int columnEnd) = _grid.TileAt(tile);
        int pairs = Blocking.CeilingDivide(_a.Depth, 2), whole = Math.Clamp(_rowsAsTheyLie, row, rowEnd);
        BFloat16Tile operands;
        operands.ARowBytes = _a.LineBytes;
        operands.SumsRowBytes = _result.SumsRowBytes;
        for (int pair = 0; pair < pairs; pair += _depth)
        {
            operands.Pairs = Math.Min(_depth, pairs - pair);
            bool isLast = pair + operands.Pairs == pairs && !_result.IsUnfinished;
            for (int start = column; start < columnEnd; start += _panelsOfB.PanelLines)
            {
                MultiplyPanel(&operands, start, row, whole, pair, readsRows: true, isLast);
                MultiplyPanel(&operands, start, whole, rowEnd, pair, readsRows: false, isLast);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyPanel(
        BFloat16Tile* operands, int column, int row, int rowEnd, int pair, bool readsRows, bool isLast)
    {
        int width = _panelsOfB.WidthOf(column), columns = Math.Min(width, _panelsOfB.Source.Lines - column);
        int lastColumns = columns % PackingCode.Lines;
        bool writesSums = _result.IsBFloat16 && !isLast, hasSums = _result.HasSums || pair > 0;
        delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void> multiply = _kernels.Tile(new BFloat16TileForm(
            width / PackingCode.Lines, lastColumns != 0, readsRows, _result.IsBFloat16 && !writesSums));
        operands->ColumnMask = (1u << lastColumns) - 1;
        operands->B = _panelsOfB.PanelOf(column) + ((nint)pair * width);
        operands->CRowBytes = writesSums ? _result.SumsRowBytes : _result.CRowBytes;
        for (; row < rowEnd; row += BFloat16TileCode.Rows)
        {
            BFloat16Result part = _result.At(row, column);
            operands->A = readsRows ? RowOfA(row, pair) : PanelOfA(row - _rowsAsTheyLie, pair);
            operands->C = writesSums ? part.Sums : part.C;
            operands->Sums = hasSums ? part.Sums : null;
            operands->Bias = isLast ? part.Bias : null;
            operands->Rows = Math.Min(BFloat16TileCode.Rows, rowEnd - row);
            multiply(operands);
        }
    }

    private uint* RowOfA(int row, int pair) => (uint*)(_a.Data + (row * _a.LineBytes)) + pair;

    private uint* PanelOfA(int row, int pair)
    {
        int rowOfPanel = row % BFloat16TileCode.PanelRows;
        return _panelsOfA.PanelOf(row - rowOfPanel) + ((nint)pair * BFloat16TileCode.PanelRows) + rowOfPanel;
    }
}
