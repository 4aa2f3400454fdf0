using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// Multiplies A, as it lies or packed, by B, tile by tile of C. Who takes a tile packs the panel of B that it needs, a
/// part of the depth at a time, into memory of its own: it is still in the second cache when the rows of A go by.
/// </summary>
internal readonly unsafe struct BFloat16TileJob : IParallelJob
{
    /// <summary>The columns of a panel of B.</summary>
    public const int PanelColumns = BFloat16TileCode.MaxVectors * PackingCode.Lines;

    private readonly BFloat16Kernels _kernels;
    private readonly BFloat16Operand _a, _b;
    private readonly BFloat16Panels _panelsOfA;
    private readonly uint* _panelsOfB;
    private readonly BFloat16Result _result;
    private readonly TileGrid _grid;
    private readonly int _depth, _threadCount, _rowsAsTheyLie;

    /// <summary>Prepares a product whose A is packed where it must be.</summary>
    /// <param name="kernels">The routines.</param>
    /// <param name="a">A.</param>
    /// <param name="panelsOfA">Its packed rows: those behind the <see cref="RowsReadAsTheyLie"/>.</param>
    /// <param name="b">B.</param>
    /// <param name="panelsOfB">For every thread, <see cref="PanelPairs"/> of that depth.</param>
    /// <param name="result">C.</param>
    /// <param name="depth">The pairs that a call of a routine sums.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="threadCount">The threads that take them.</param>
    public BFloat16TileJob(
        BFloat16Kernels kernels, in BFloat16Operand a, in BFloat16Panels panelsOfA, in BFloat16Operand b,
        uint* panelsOfB, in BFloat16Result result, int depth, TileGrid grid, int threadCount)
    {
        _kernels = kernels;
        _a = a;
        _panelsOfA = panelsOfA;
        _b = b;
        _panelsOfB = panelsOfB;
        _result = result;
        _depth = depth;
        _grid = grid;
        _threadCount = threadCount;
        _rowsAsTheyLie = RowsReadAsTheyLie(a);
    }

    /// <summary>The pairs of a panel of B of a depth.</summary>
    public static int PanelPairs(int depth) => PanelColumns * BFloat16Panels.PaddedPairsOf(2 * depth);

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
        uint* panel = _panelsOfB + ((nint)worker * PanelPairs(_depth));
        BFloat16Tile operands;
        operands.ARowBytes = _a.LineBytes;
        operands.SumsRowBytes = _result.SumsRowBytes;
        for (; column < columnEnd; column += PanelColumns)
        {
            int columns = Math.Min(PanelColumns, columnEnd - column);
            for (int pair = 0; pair < pairs; pair += _depth)
            {
                operands.Pairs = Math.Min(_depth, pairs - pair);
                bool isLast = pair + operands.Pairs == pairs;
                Pack(column, columns, 2 * pair, isLast ? _b.Depth - (2 * pair) : 2 * (int)operands.Pairs, panel);
                operands.B = panel;
                BFloat16Ahead ahead = isLast
                    ? AheadOfTile(tile, column + columns, columnEnd)
                    : BFloat16Ahead.Of(_b, column, columns, 2 * (pair + _depth), 2 * _depth);
                MultiplyPanel(&operands, column, columns, row, whole, pair, readsRows: true, isLast, ref ahead);
                MultiplyPanel(&operands, column, columns, whole, rowEnd, pair, readsRows: false, isLast, ref ahead);
            }
        }
    }

    // The next panel of this tile, or the first of that which this thread is likely to take after it.
    private BFloat16Ahead AheadOfTile(int tile, int column, int columnEnd)
    {
        if (column >= columnEnd)
        {
            tile += _threadCount;
            if (tile >= _grid.TileCount)
            {
                return default;
            }

            (_, _, column, columnEnd) = _grid.TileAt(tile);
        }

        return BFloat16Ahead.Of(_b, column, Math.Min(PanelColumns, columnEnd - column), 0, 2 * _depth);
    }

    private void Pack(int column, int columns, int k, int depth, uint* panel)
    {
        var panels = new BFloat16Panels
        {
            Source = _b.Part(column, columns, k, depth), PanelLines = PanelColumns, Pairs = panel,
        };
        new BFloat16PackingJob(_kernels, panels).ExecuteAll();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyPanel(
        BFloat16Tile* operands, int column, int columns, int row, int rowEnd, int pair, bool readsRows,
        bool isLastCall, ref BFloat16Ahead ahead)
    {
        bool isLast = isLastCall && !_result.IsUnfinished;
        int lastColumns = columns % PackingCode.Lines;
        bool writesSums = _result.IsBFloat16 && !isLast, hasSums = _result.HasSums || pair > 0;
        delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void> multiply = _kernels.Tile(new BFloat16TileForm(
            Blocking.CeilingDivide(columns, PackingCode.Lines), lastColumns != 0, readsRows,
            _result.IsBFloat16 && !writesSums));
        operands->ColumnMask = (1u << lastColumns) - 1;
        operands->CRowBytes = writesSums ? _result.SumsRowBytes : _result.CRowBytes;
        for (; row < rowEnd; row += BFloat16TileCode.Rows)
        {
            BFloat16Result part = _result.At(row, column);
            operands->A = readsRows ? RowOfA(row, pair) : PanelOfA(row - _rowsAsTheyLie, pair);
            operands->C = writesSums ? part.Sums : part.C;
            operands->Sums = hasSums ? part.Sums : null;
            operands->Bias = isLast ? part.Bias : null;
            operands->Rows = Math.Min(BFloat16TileCode.Rows, rowEnd - row);
            ahead.Advance(operands);
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
