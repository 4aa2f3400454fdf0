using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Packs B [K, N] into panels [K, width], one behind the other: all of the widest tile's columns but the last, which is
/// as wide as the narrowest tile that covers it. The panel of column j starts at j·K.
/// </summary>
internal readonly unsafe struct PackingJob : IParallelJob
{
    // Rows of B that are read side by side where the columns lie in rows; tiles are multiples of it.
    private const int RowGroup = 8, TileDepth = 64;

    private readonly MicroKernelSet _kernels;
    private readonly ProductOperands _product;
    private readonly float* _panels;

    /// <summary>Prepares the packing of a product's B.</summary>
    public PackingJob(MicroKernelSet kernels, in ProductOperands product, float* panels)
    {
        _kernels = kernels;
        _product = product;
        _panels = panels;
        TileCount = IsTransposed
            ? Blocking.CeilingDivide(product.N, kernels.Columns)
            : Blocking.CeilingDivide(product.K, TileDepth);
    }

    /// <summary>
    /// The number of tiles: a panel where B's columns are contiguous, a group of rows where its rows are.
    /// </summary>
    public int TileCount { get; }

    private bool IsTransposed => _product.BColumnStride != 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int tile, int worker)
    {
        if (IsTransposed)
        {
            Pack(tile * _kernels.Columns, 0, _product.K);
            return;
        }

        int end = Math.Min(_product.K, (tile + 1) * TileDepth);
        for (int k = tile * TileDepth; k < end; k += RowGroup)
        {
            for (int column = 0; column < _product.N; column += _kernels.Columns)
            {
                Pack(column, k, Math.Min(RowGroup, end - k));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(int column, int k, int depth)
    {
        int count = Math.Min(_kernels.Columns, _product.N - column);
        PanelSource source = new()
        {
            Data = _product.B + (column * _product.BColumnStride) + (k * _product.BDepthStride),
            LineStride = _product.BColumnStride,
            DepthStride = _product.BDepthStride,
            Count = count,
            Width = _kernels.Covering(count).Columns,
            Depth = depth,
        };
        float* panel = _panels + ((nint)column * _product.K) + ((nint)k * source.Width);
        if (IsTransposed)
        {
            _kernels.PackTransposed(&source, panel);
        }
        else
        {
            PanelPacking.Copy(&source, panel);
        }
    }
}
