using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Multiplies few rows of A by B [N, K] as it lies: the weights of a tile's columns are read once from memory and meet
/// all rows while they are in the first cache.
/// </summary>
internal readonly unsafe struct InnerProductJob : IParallelJob
{
    // 32 weights of 768 elements are 96 KiB: 3 µs of reading, against some 0.1 µs to take a tile.
    private const int TileColumns = 32;

    private readonly MicroKernel _kernel;
    private readonly ProductOperands _product;

    /// <summary>Prepares a product whose A and B are both contiguous along the depth.</summary>
    public InnerProductJob(MicroKernel kernel, in ProductOperands product)
    {
        _kernel = kernel;
        _product = product;
        TileCount = Blocking.CeilingDivide(product.N, TileColumns);
    }

    /// <summary>The number of tiles of C.</summary>
    public int TileCount { get; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int tile, int worker)
    {
        int end = Math.Min(_product.N, (tile + 1) * TileColumns);
        for (int column = tile * TileColumns; column < end; column += _kernel.Columns)
        {
            for (int row = 0; row < _product.M; row += _kernel.Rows)
            {
                TileOperands operands = new()
                {
                    A = _product.A + (row * _product.ARowStride),
                    ARowStride = _product.ARowStride,
                    ARowCount = Math.Min(_kernel.Rows, _product.M - row),
                    ADepthStride = 1,
                    B = _product.B + (column * _product.BColumnStride),
                    BStride = _product.BColumnStride,
                    BColumnCount = Math.Min(_kernel.Columns, end - column),
                    C = _product.C + (row * _product.CRowStride) + column,
                    CRowStride = _product.CRowStride,
                    Depth = _product.K,
                    Bias = _product.Bias is null ? null : _product.Bias + column,
                    Accumulate = _product.Accumulate,
                };
                _kernel.Multiply(&operands);
            }
        }
    }
}
