using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Multiplies A by B, each packed or as it lies, tile by tile of C. Within a tile the depth goes outermost, so that A's block
/// stays in the second cache; then B's panels; then rows, for which the panel stays where it is.
/// </summary>
internal readonly unsafe struct TileJob : IParallelJob
{
    private readonly MicroKernelSet _kernels;
    private readonly ProductOperands _product;
    private readonly float* _panels;
    private readonly RowPanels _rowPanels;
    private readonly int _depth;
    private readonly TileGrid _grid;

    /// <summary>Prepares a product.</summary>
    /// <param name="kernels">The micro-kernels.</param>
    /// <param name="product">The product.</param>
    /// <param name="panels">B as <see cref="PackingJob"/> packs it, or null: B's rows are read as they lie.</param>
    /// <param name="rowPanels">Where a transposed A is packed, if it is.</param>
    /// <param name="depth">The k that a call of a micro-kernel sums.</param>
    /// <param name="blocking">The sizes of blocks.</param>
    /// <param name="threadCount">The number of threads that tiles are to be shared between.</param>
    public TileJob(
        MicroKernelSet kernels, in ProductOperands product, float* panels, RowPanels rowPanels, int depth,
        Blocking blocking, int threadCount)
    {
        _kernels = kernels;
        _product = product;
        _panels = panels;
        _rowPanels = rowPanels;
        _depth = depth;
        _grid = new TileGrid(
            product.M, product.N, product.K, kernels.Rows, kernels.Columns, blocking, threadCount);
    }

    /// <summary>The number of tiles of C.</summary>
    public int TileCount => _grid.TileCount;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int tile, int worker)
    {
        (int row, int rowEnd, int column, int columnEnd) = _grid.TileAt(tile);
        bool isPacked = _product.ADepthStride != 1 && _rowPanels.Pays(columnEnd - column);
        for (int k = 0; k < _product.K; k += _depth)
        {
            int depth = Math.Min(_depth, _product.K - k);
            TileOperands operands = new()
            {
                ARowStride = isPacked ? 1 : _product.ARowStride,
                ADepthStride = isPacked ? _kernels.Rows : _product.ADepthStride,
                CRowStride = _product.CRowStride,
                Depth = depth,
                Accumulate = _product.Accumulate || k > 0,
            };
            float* a = _product.A + (row * _product.ARowStride) + (k * _product.ADepthStride);
            nint aStep = _kernels.Rows * _product.ARowStride;
            if (isPacked)
            {
                a = _rowPanels.Pack(
                    worker, a, _product.ADepthStride, depth, rowEnd - row, _product.M - row, out aStep);
            }

            BlockPrefetch prefetch = PrefetchBehind(row, rowEnd, k, depth, columnEnd - column);
            for (int j = column; j < columnEnd; j += _kernels.Columns)
            {
                MultiplyPanel(&operands, a, aStep, j, row, rowEnd, k, ref prefetch);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyPanel(
        TileOperands* operands, float* a, nint aStep, int column, int row, int rowEnd, int k,
        ref BlockPrefetch prefetch)
    {
        MicroKernel kernel = _kernels.Covering(_product.N - column);
        int columns = Math.Min(kernel.Columns, _product.N - column);
        operands->BStride = _panels is null ? _product.BDepthStride : kernel.Columns;
        operands->B = _panels is null
            ? _product.B + column + (k * _product.BDepthStride)
            : _panels + ((nint)column * _product.K) + ((nint)k * kernel.Columns);
        bool isLast = k + operands->Depth == _product.K;
        operands->Bias = isLast && _product.Bias is not null ? _product.Bias + column : null;
        for (; row < rowEnd; row += kernel.Rows, a += aStep)
        {
            prefetch.Advance();
            operands->A = a;
            operands->C = _product.C + (row * _product.CRowStride) + column;
            int rows = Math.Min(kernel.Rows, rowEnd - row);
            PrefetchTile(operands->C, operands->CRowStride, rows, columns);
            kernel.MultiplyPart(operands, rows, columns);
        }
    }

    // C is not touched until the sums are ready, a microsecond later: by then it is at hand. Measured on large
    // products: 4 % of the whole, 8 % where the product is added to C.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchTile(float* c, nint stride, int rows, int columns)
    {
        for (int row = 0; row < rows; row++, c += stride)
        {
            Prefetch.IntoFirstCache(c, columns);
        }
    }

    // A transposed A is read in short pieces far apart, which the processor does not foresee: the block to come, deeper
    // or of the next tile, is asked for while this one is multiplied. Measured at 1024 rows: 5 % of the whole.
    private BlockPrefetch PrefetchBehind(int row, int rowEnd, int k, int depth, int columns)
    {
        int nextRow = row, nextEnd = rowEnd, nextK = k + depth;
        if (nextK == _product.K)
        {
            (nextRow, nextEnd, nextK) = (rowEnd, Math.Min(_product.M, rowEnd + _grid.TileRows), 0);
        }

        int calls = Blocking.CeilingDivide(rowEnd - row, _kernels.Rows)
            * Blocking.CeilingDivide(columns, _kernels.Columns);
        return _product.ADepthStride == 1 || nextRow >= nextEnd
            ? default
            : new BlockPrefetch(
                _product.A + nextRow + (nextK * _product.ADepthStride), _product.ADepthStride,
                Math.Min(_depth, _product.K - nextK), nextEnd - nextRow, calls);
    }
}
