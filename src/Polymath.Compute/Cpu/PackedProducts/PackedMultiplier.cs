using Polymath.Compute.Cpu.Generated;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>Weight matrices in compact formats: planned, packed and multiplied.</summary>
/// <typeparam name="TSimd">The vector of what is not generated.</typeparam>
internal sealed unsafe class PackedMultiplier<TSimd> : IDisposable
    where TSimd : struct, ISimd<TSimd>
{
    private readonly WorkerTeam _team;
    private readonly CpuMatrixMultiplier _multiplier;
    private readonly Lazy<QuantisedKernels?> _quantised;
    private readonly Scratch _scratch = new();

    /// <summary>Prepares products.</summary>
    /// <param name="team">Who computes.</param>
    /// <param name="multiplier">Multiplies fp32 matrices.</param>
    /// <param name="codePages">Where generated routines go; null: there are to be none.</param>
    public PackedMultiplier(WorkerTeam team, CpuMatrixMultiplier multiplier, ICodePages? codePages)
    {
        _team = team;
        _multiplier = multiplier;

        // Generating takes some milliseconds: who has no packed weights does not wait for it.
        _quantised = new(() => codePages is null ? null : QuantisedKernels.TryCreate(codePages));
    }

    /// <summary>Whether the operand of quantised weights is rounded to 8 bits.</summary>
    public bool QuantisesActivations => _quantised.Value is not null;

    /// <summary>The bytes of native memory held.</summary>
    public long ScratchBytes => _scratch.Bytes;

    /// <summary>See <see cref="Kernels.PlanWeights"/>.</summary>
    public static PackedWeights Plan(MemoryPlan plan, IReadOnlyList<WeightPart> parts, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfZero(parts.Count);
        var packed = new List<PackedPart>();
        int row = 0;
        foreach (WeightPart part in parts)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(part.Rows, nameof(parts));
            long bytes = checked(
                PackedPanels.CountOf(part.Rows) * PackedLayout.Of(part.Format).PanelBytes(columns));
            packed.Add(new PackedPart(part.Format, row, part.Rows, plan.Reserve("weights", bytes, DataType.UInt8)));
            row = checked(row + part.Rows);
        }

        return new PackedWeights(columns, [.. packed]);
    }

    /// <summary>See <see cref="Kernels.PackRows"/>.</summary>
    public void Pack(PackedWeights weights, int row, ReadOnlySpan<byte> blocks)
    {
        PackedPart part = weights.PartOf(row);
        long rowBytes = part.Format.RowBytes(weights.Columns), rows = blocks.Length / rowBytes;
        if (rows * rowBytes != blocks.Length || row + rows > part.FirstRow + part.Rows)
        {
            throw new ArgumentException(
                $"{blocks.Length} bytes from row {row} on are not whole rows, of {rowBytes} bytes, of one part",
                nameof(blocks));
        }

        if (rows > 0)
        {
            fixed (byte* first = blocks)
            {
                var job = new PackingRowsJob(
                    new PackedPanels(part, weights.Columns), row - part.FirstRow, (int)rows, first);
                _team.Run(job.TileCount, job);
            }
        }
    }

    /// <summary>See <see cref="Kernels.MultiplyPacked"/>.</summary>
    public void Multiply(MatrixView x, PackedWeights weights, MatrixView y, float* bias)
    {
        if (_quantised.Value is QuantisedKernels quantised)
        {
            MultiplyQuantised(quantised, x, weights, y, bias);
        }

        foreach (PackedPart part in weights.Parts)
        {
            if (!part.Format.IsQuantised() || !QuantisesActivations)
            {
                MultiplyPlain(x, new PackedPanels(part, weights.Columns), y, bias);
            }
        }
    }

    /// <summary>See <see cref="Kernels.EmbedPacked"/>.</summary>
    public void Embed(int* tokens, PackedWeights table, int* positions, MatrixView? positionTable, MatrixView y)
    {
        long largest = 0;
        foreach (PackedPart part in table.Parts)
        {
            largest = Math.Max(largest, part.Format.RowBytes(table.Columns));
        }

        long blockFloats = (largest + sizeof(float) - 1) / sizeof(float);
        float* blocks = _scratch.Take(blockFloats * _team.ThreadCount);
        _team.Run(y.Rows, new EmbeddingJob(tokens, table, positions, positionTable, y, blocks, blockFloats));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scratch.Dispose();
        if (_quantised.IsValueCreated)
        {
            _quantised.Value?.Dispose();
        }
    }

    private void MultiplyQuantised(
        QuantisedKernels kernels, MatrixView x, PackedWeights weights, MatrixView y, float* bias)
    {
        long roundedBytes = Blocking.RoundUp(
            checked((int)EightBitRows.BytesFor(x.Rows, weights.Columns)), MemoryPlan.AlignmentBytes);
        long expandedBytes = QuantisedProductJob.ExpandedBytes(weights, x.Rows) * _team.ThreadCount;
        var memory = (byte*)_scratch.Take((roundedBytes + expandedBytes) / sizeof(float));
        var rounded = new EightBitRows(memory, x.Rows, weights.Columns);
        var job = new QuantisedProductJob(kernels, weights, rounded, y, bias, memory + roundedBytes);
        if (job.TileCount > 0)
        {
            _team.Run(rounded.GroupCount, new RoundingRowsJob(x, rounded));
            _team.Run(job.TileCount, job);
        }
    }

    // Without rounding x.
    private void MultiplyPlain(MatrixView x, PackedPanels panels, MatrixView y, float* bias)
    {
        switch (panels.Format)
        {
            case WeightFormat.Float32 when x.Rows == 1:
                _team.Run(panels.Count, new PlainRowJob<TSimd, float>(panels, x.Data, y.Data, bias));
                break;
            case WeightFormat.Float16 when x.Rows == 1:
                _team.Run(panels.Count, new PlainRowJob<TSimd, Half>(panels, x.Data, y.Data, bias));
                break;
            case WeightFormat.BFloat16 when x.Rows == 1:
                _team.Run(panels.Count, new PlainRowJob<TSimd, BFloat16>(panels, x.Data, y.Data, bias));
                break;
            default:
                StripProducts.Multiply(_team, _multiplier, _scratch, x, panels, y, bias);
                break;
        }
    }

    // A tile is one row.
    private readonly struct EmbeddingJob(
        int* tokens, PackedWeights table, int* positions, MatrixView? positionTable, MatrixView y, float* blocks,
        long blockFloats) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            PackedPart part = table.PartOf(tokens[tile]);
            Span<float> values = y.RowSpan(tile);
            int bytes = checked((int)part.Format.RowBytes(table.Columns));
            new PackedPanels(part, table.Columns).Decode(
                tokens[tile] - part.FirstRow, new Span<byte>(blocks + (worker * blockFloats), bytes), values);
            if (positionTable is MatrixView present)
            {
                float* position = present.Row(positions[tile]);
                for (int column = 0; column < values.Length; column++)
                {
                    values[column] += position[column];
                }
            }
        }
    }
}
