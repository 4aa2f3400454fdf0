using System.Runtime.InteropServices;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Matrix products in fp32 on a team of threads. The sum over k runs in an order that depends on the shape alone, so a
/// result has the same bits for any number of threads. After Goto and van de Geijn, "Anatomy of high-performance matrix
/// multiplication" (2008): panels of B are packed; A is read as it lies, which measured better than packing it too.
/// One product at a time.
/// </summary>
public sealed unsafe class CpuMatrixMultiplier : IDisposable
{
    private readonly MicroKernelSet _kernels;
    private readonly WorkerTeam _team;
    private readonly Blocking _blocking;
    private float* _panels;

    /// <summary>Prepares products.</summary>
    /// <param name="set">An instruction set that this machine has.</param>
    /// <param name="team">Who computes; not disposed here.</param>
    public CpuMatrixMultiplier(InstructionSet set, WorkerTeam team)
        : this(MicroKernelSet.For(set), team, Blocking.Default)
    {
    }

    /// <summary>Prepares products with kernels and blocks of one's own choice.</summary>
    internal CpuMatrixMultiplier(MicroKernelSet kernels, WorkerTeam team, Blocking blocking)
    {
        _kernels = kernels;
        _team = team;
        _blocking = blocking;
        int elements = Math.Max(blocking.PackedElements, blocking.PackedDepth * kernels.Columns);
        ScratchBytes = (long)elements * sizeof(float);
        _panels = (float*)HugePages.Allocate((nuint)ScratchBytes);
    }

    /// <summary>The memory that is held for packed panels.</summary>
    public long ScratchBytes { get; }

    /// <summary>C = A·B, or C += A·B, plus an optional bias of every row.</summary>
    /// <param name="product">How A and B lie in memory.</param>
    /// <param name="a">[M, K], or [K, M] for <see cref="MatrixProduct.TN"/>.</param>
    /// <param name="b">[N, K] for <see cref="MatrixProduct.NT"/>, else [K, N].</param>
    /// <param name="c">[M, N]; must not overlap the others.</param>
    /// <param name="accumulate">Whether the product is added to <paramref name="c"/>.</param>
    /// <param name="bias">[N], added to every row, or null.</param>
    /// <exception cref="ArgumentException">The shapes do not agree, or a dimension is not positive.</exception>
    public void Multiply(
        MatrixProduct product, MatrixView a, MatrixView b, MatrixView c, bool accumulate = false, float* bias = null)
    {
        ObjectDisposedException.ThrowIf(_panels is null, this);
        var operands = ProductOperands.Of(product, a, b, c, accumulate, bias);
        if (product == MatrixProduct.NT && operands.M <= _blocking.InnerProductRows)
        {
            var job = new InnerProductJob(_kernels.InnerProducts, operands);
            _team.Run(job.TileCount, job);
        }
        else if (product != MatrixProduct.NT && operands.M <= _blocking.UnpackedRows
            && operands.N % _kernels.MinColumns == 0)
        {
            Multiply(operands, null, operands.N);
        }
        else
        {
            PackAndMultiply(operands);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_panels);
        _panels = null;
    }

    /// <summary>The elements that B takes when packed whole.</summary>
    internal int PackedLength(int n, int k) => checked(_kernels.PaddedColumns(n) * k);

    /// <summary>Packs B whole, for several products with it.</summary>
    /// <param name="product">How B lies in memory.</param>
    /// <param name="b">[N, K] for <see cref="MatrixProduct.NT"/>, else [K, N].</param>
    /// <param name="panels">Room for <see cref="PackedLength"/> elements, aligned to 64 bytes.</param>
    internal void Pack(MatrixProduct product, MatrixView b, float* panels)
    {
        bool transposed = product == MatrixProduct.NT;
        Pack(
            new ProductOperands
            {
                B = b.Data,
                BColumnStride = transposed ? b.Stride : 1,
                BDepthStride = transposed ? 1 : b.Stride,
                N = transposed ? b.Rows : b.Columns,
                K = transposed ? b.Columns : b.Rows,
            },
            panels);
    }

    /// <summary>C (+)= A·B for a B that <see cref="Pack(MatrixProduct, MatrixView, float*)"/> has packed.</summary>
    /// <param name="product">How A lies in memory.</param>
    /// <param name="a">[M, K], or [K, M] for <see cref="MatrixProduct.TN"/>.</param>
    /// <param name="panels">B [K, packedColumns], packed.</param>
    /// <param name="packedColumns">The columns that were packed.</param>
    /// <param name="c">[M, N], N at most <paramref name="packedColumns"/>: the first columns.</param>
    /// <param name="accumulate">Whether the product is added to <paramref name="c"/>.</param>
    internal void MultiplyPacked(
        MatrixProduct product, MatrixView a, float* panels, int packedColumns, MatrixView c, bool accumulate = false)
    {
        bool transposed = product == MatrixProduct.TN;
        var operands = new ProductOperands
        {
            A = a.Data,
            ARowStride = transposed ? 1 : a.Stride,
            ADepthStride = transposed ? a.Stride : 1,
            C = c.Data,
            CRowStride = c.Stride,
            M = c.Rows,
            N = c.Columns,
            K = transposed ? a.Rows : a.Columns,
            Accumulate = accumulate,
        };
        Multiply(operands, panels, packedColumns);
    }

    private void PackAndMultiply(in ProductOperands operands)
    {
        int depthPart = _blocking.PackedDepthOf(operands.K);
        int columnPart = _blocking.PackedColumnsOf(operands.N, depthPart, _kernels.Columns);
        for (int k = 0; k < operands.K; k += depthPart)
        {
            int depth = Math.Min(depthPart, operands.K - k);
            for (int column = 0; column < operands.N; column += columnPart)
            {
                int columns = Math.Min(columnPart, operands.N - column);
                ProductOperands part = operands.Part(column, columns, k, depth);
                Pack(part, _panels);
                Multiply(part, _panels, columns);
            }
        }
    }

    private void Pack(in ProductOperands operands, float* panels)
    {
        var job = new PackingJob(_kernels, operands, panels);
        _team.Run(job.TileCount, job);
    }

    private void Multiply(in ProductOperands operands, float* panels, int packedColumns)
    {
        var job = new TileJob(_kernels, operands, panels, packedColumns, _blocking, _team.ThreadCount);
        _team.Run(job.TileCount, job);
    }
}
