using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// Multiplies packed panels tile by tile of C. Within a tile the depth goes outermost, so that A's block stays in the
/// second cache; then B's panels; then rows, for which the panel stays where it is.
/// </summary>
internal readonly unsafe struct BFloat16TileJob : IParallelJob
{
    private readonly BFloat16Kernels _kernels;
    private readonly BFloat16Panels _a, _b;
    private readonly ProductOperands _product;
    private readonly TileGrid _grid;
    private readonly int _depth;

    /// <summary>Prepares a product whose operands are packed.</summary>
    /// <param name="kernels">The routines.</param>
    /// <param name="product">The product.</param>
    /// <param name="a">Its packed A.</param>
    /// <param name="b">Its packed B.</param>
    /// <param name="depth">The pairs that a call of a routine sums.</param>
    /// <param name="grid">The tiles.</param>
    public BFloat16TileJob(
        BFloat16Kernels kernels, in ProductOperands product, in BFloat16Panels a, in BFloat16Panels b, int depth,
        TileGrid grid)
    {
        _kernels = kernels;
        _product = product;
        _a = a;
        _b = b;
        _depth = depth;
        _grid = grid;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Execute(int tile, int worker)
    {
        (int row, int rowEnd, int column, int columnEnd) = _grid.TileAt(tile);
        int pairs = Blocking.CeilingDivide(_product.K, 2);
        BFloat16Tile operands;
        operands.CRowBytes = _product.CRowStride * sizeof(float);
        for (int pair = 0; pair < pairs; pair += _depth)
        {
            operands.Pairs = Math.Min(_depth, pairs - pair);
            operands.Accumulate = _product.Accumulate || pair > 0 ? 1 : 0;
            bool isLast = pair + operands.Pairs == pairs;
            for (int start = column; start < columnEnd; start += _b.PanelLines)
            {
                operands.Bias = isLast && _product.Bias is not null ? _product.Bias + start : null;
                MultiplyPanel(&operands, start, row, rowEnd, pair);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyPanel(BFloat16Tile* operands, int column, int row, int rowEnd, int pair)
    {
        int width = _b.WidthOf(column), columns = Math.Min(width, _product.N - column);
        int last = columns % PackingCode.Lines;
        delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void> multiply =
            _kernels.Tile(width / PackingCode.Lines, masked: last != 0);
        operands->ColumnMask = (1u << last) - 1;
        operands->B = _b.PanelOf(column) + ((nint)pair * width);
        float* c = _product.C + (row * _product.CRowStride) + column;
        for (; row < rowEnd; row += BFloat16TileCode.Rows, c += BFloat16TileCode.Rows * _product.CRowStride)
        {
            int rowOfPanel = row % BFloat16TileCode.PanelRows;
            operands->A = _a.PanelOf(row - rowOfPanel) + ((nint)pair * BFloat16TileCode.PanelRows) + rowOfPanel;
            operands->C = c;
            operands->Rows = Math.Min(BFloat16TileCode.Rows, rowEnd - row);
            multiply(operands);
        }
    }
}
