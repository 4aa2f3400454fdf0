using System.Runtime.InteropServices;
using Polymath.Compute.Cpu.Generated;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Matrix products, summed in fp32, on a team of threads. The sum over k runs in an order that depends on the shape alone, so a
/// result has the same bits for any number of threads. After Goto and van de Geijn, "Anatomy of high-performance matrix
/// multiplication" (2008): panels of B are packed; A is read as it lies, which measured better than packing it too, unless
/// it is transposed and vectors are short. One product at a time.
/// </summary>
public sealed unsafe class CpuMatrixMultiplier : IDisposable
{
    private readonly MicroKernelSet _kernels;
    private readonly WorkerTeam _team;
    private readonly Blocking _blocking;
    private readonly Lazy<BFloat16Multiplier?> _bfloat16;
    private readonly long _panelBytes;
    private readonly RowPanels _rowPanels;
    private float* _panels;

    /// <summary>Prepares products.</summary>
    /// <param name="set">An instruction set that this machine has.</param>
    /// <param name="team">Who computes; not disposed here.</param>
    public CpuMatrixMultiplier(InstructionSet set, WorkerTeam team)
        : this(set, team, ExecutableMemory.SystemPages)
    {
    }

    /// <summary>Prepares products with code pages of one's own choice.</summary>
    /// <param name="set">An instruction set that this machine has.</param>
    /// <param name="team">Who computes.</param>
    /// <param name="pages">Where generated routines go, if the instruction set has any.</param>
    internal CpuMatrixMultiplier(InstructionSet set, WorkerTeam team, ICodePages pages)
        : this(
            MicroKernelSet.For(set), team, Blocking.For(set), Blocking.OfPairs,
            set == InstructionSet.Avx512Bf16 ? pages : null)
    {
    }

    /// <summary>Prepares products with kernels and blocks of one's own choice.</summary>
    /// <param name="kernels">The kernels of fp32.</param>
    /// <param name="team">Who computes.</param>
    /// <param name="blocking">The blocks of fp32.</param>
    /// <param name="blockingOfPairs">The blocks of bf16.</param>
    /// <param name="codePages">Where generated routines of bf16 go; null: there are to be none.</param>
    internal CpuMatrixMultiplier(
        MicroKernelSet kernels, WorkerTeam team, Blocking blocking, Blocking blockingOfPairs,
        ICodePages? codePages = null)
    {
        _kernels = kernels;
        _team = team;
        _blocking = blocking;

        // A part of the depth may be a micro-kernel's call deeper than the limit.
        int elements = Math.Max(blocking.PackedElements, (blocking.PackedDepth + blocking.Depth) * kernels.Columns);
        _panelBytes = (long)elements * sizeof(float);
        _panels = (float*)HugePages.Allocate((nuint)_panelBytes);
        _rowPanels = new RowPanels(blocking, kernels.Rows, team.ThreadCount);

        // Generating takes some 30 ms when it is first compiled: who never rounds does not wait for it.
        _bfloat16 = new(
            () => codePages is not null && BFloat16Kernels.TryCreate(codePages) is BFloat16Kernels generated
                ? new BFloat16Multiplier(generated, team, blockingOfPairs)
                : null);
    }

    /// <summary>Whether products are rounded to bf16 where that is asked for.</summary>
    public bool HasBFloat16Products => _bfloat16.Value is not null;

    /// <summary>The memory that is held for packed panels.</summary>
    public long ScratchBytes =>
        _panelBytes + _rowPanels.Bytes + (_bfloat16.IsValueCreated ? _bfloat16.Value?.ScratchBytes ?? 0 : 0);

    /// <summary>The generated routines of a precision; null where there are none: it is then computed in fp32.</summary>
    internal BFloat16Kernels? RoutinesFor(ProductPrecision precision) =>
        precision == ProductPrecision.BFloat16 ? _bfloat16.Value?.Kernels : null;

    /// <summary>C = A·B, or C += A·B, plus an optional bias of every row.</summary>
    /// <param name="product">How A and B lie in memory.</param>
    /// <param name="a">[M, K], or [K, M] for <see cref="MatrixProduct.TN"/>.</param>
    /// <param name="b">[N, K] for <see cref="MatrixProduct.NT"/>, else [K, N].</param>
    /// <param name="c">[M, N]; must not overlap the others.</param>
    /// <param name="accumulate">Whether the product is added to <paramref name="c"/>.</param>
    /// <param name="bias">[N], added to every row, or null.</param>
    /// <param name="precision">
    /// What A and B are rounded to; without <see cref="HasBFloat16Products"/>, they are not.
    /// </param>
    /// <exception cref="ArgumentException">The shapes do not agree, or a dimension is not positive.</exception>
    public void Multiply(
        MatrixProduct product, MatrixView a, MatrixView b, MatrixView c, bool accumulate = false, float* bias = null,
        ProductPrecision precision = ProductPrecision.Float32)
    {
        ObjectDisposedException.ThrowIf(_panels is null, this);
        bool isRounded = precision == ProductPrecision.BFloat16 || a.Type == DataType.BFloat16
            || b.Type == DataType.BFloat16 || c.Type == DataType.BFloat16;
        if (isRounded && _bfloat16.Value is BFloat16Multiplier bfloat16)
        {
            bfloat16.Multiply(product, a, b, c, accumulate, bias);
            return;
        }

        var operands = ProductOperands.Of(product, a, b, c, accumulate, bias);
        if (product == MatrixProduct.NT && _blocking.PrefersInnerProducts(operands.M, operands.K))
        {
            var job = new InnerProductJob(_kernels.InnerProducts(operands.M), operands);
            _team.Run(job.TileCount, job);
        }
        else if (product != MatrixProduct.NT && operands.N % _kernels.MinColumns == 0
            && _blocking.PrefersUnpacked(operands.M, operands.N, operands.K))
        {
            Multiply(operands, null, _blocking.DepthOf(operands.K));
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
        _rowPanels.Dispose();
        if (_bfloat16.IsValueCreated)
        {
            _bfloat16.Value?.Dispose();
        }
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
                var packing = new PackingJob(_kernels, part, _panels);
                _team.Run(packing.TileCount, packing);
                Multiply(part, _panels, _blocking.DepthOf(operands.K));
            }
        }
    }

    private void Multiply(in ProductOperands operands, float* panels, int depth)
    {
        var job = new TileJob(_kernels, operands, panels, _rowPanels, depth, _blocking, _team.ThreadCount);
        _team.Run(job.TileCount, job);
    }
}
