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

    // Four rows of A and four columns of B of this depth are 32 KiB: they stay in the first cache. A single row is not
    // cut: B is then read in sequence.
    private const int MaxDepth = 1024, DepthUnit = 64;

    private readonly MicroKernel _kernel;
    private readonly ProductOperands _product;
    private readonly int _depth;

    /// <summary>Prepares a product whose A and B are both contiguous along the depth.</summary>
    public InnerProductJob(MicroKernel kernel, in ProductOperands product)
    {
        _kernel = kernel;
        _product = product;
        _depth = product.M == 1 ? product.K : Blocking.EvenPart(product.K, MaxDepth, DepthUnit);
        TileCount = Blocking.CeilingDivide(product.N, TileColumns);
    }

    /// <summary>The number of tiles of C.</summary>
    public int TileCount { get; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int tile, int worker)
    {
        int start = tile * TileColumns, columns = Math.Min(TileColumns, _product.N - start);
        for (int k = 0; k < _product.K; k += _depth)
        {
            ProductOperands part = _product.Part(start, columns, k, Math.Min(_depth, _product.K - k));
            for (int column = 0; column < columns; column += _kernel.Columns)
            {
                MultiplyColumns(part, column);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyColumns(in ProductOperands part, int column)
    {
        TileOperands operands = new()
        {
            ARowStride = part.ARowStride,
            ADepthStride = 1,
            B = part.B + (column * part.BColumnStride),
            BStride = part.BColumnStride,
            BColumnCount = Math.Min(_kernel.Columns, part.N - column),
            CRowStride = part.CRowStride,
            Depth = part.K,
            Bias = part.Bias is null ? null : part.Bias + column,
            Accumulate = part.Accumulate,
        };
        for (int row = 0; row < part.M; row += _kernel.Rows)
        {
            operands.A = part.A + (row * part.ARowStride);
            operands.ARowCount = Math.Min(_kernel.Rows, part.M - row);
            operands.C = part.C + (row * part.CRowStride) + column;
            _kernel.Multiply(&operands);
        }
    }
}
