using Polymath.Compute.Cpu.Generated;

using Polymath.Compute.Cpu.PackedProducts;

namespace Polymath.Compute.Cpu;

/// <summary>The contract of the kernels, checked and handed on to the classes that do the work.</summary>
/// <typeparam name="TSimd">The vector that they are compiled for.</typeparam>
internal sealed unsafe class CpuKernels<TSimd> : CpuKernels
    where TSimd : struct, ISimd<TSimd>
{
    private readonly WorkerTeam _team;
    private readonly Scratch _scratch = new();
    private readonly CpuMatrixMultiplier _multiplier;
    private readonly PackedMultiplier<TSimd> _packed;

    public CpuKernels(InstructionSet instructionSet, int threadCount, ICodePages pages)
    {
        Name = InstructionSets.NameOf(instructionSet);
        _team = new WorkerTeam(threadCount);
        _multiplier = new CpuMatrixMultiplier(instructionSet, _team, pages);
        _packed = new PackedMultiplier<TSimd>(
            _team, _multiplier, instructionSet == InstructionSet.Avx512Bf16 ? pages : null);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override bool HasBFloat16Products => _multiplier.HasBFloat16Products;

    /// <inheritdoc/>
    public override bool QuantisesActivations => _packed.QuantisesActivations;

    /// <inheritdoc/>
    public override int ThreadCount => _team.ThreadCount;

    /// <inheritdoc/>
    public override long ScratchBytes => _scratch.Bytes + _multiplier.ScratchBytes + _packed.ScratchBytes;

    /// <inheritdoc/>
    public override void Multiply(
        MatrixProduct product, MatrixView a, MatrixView b, MatrixView c, bool accumulate = false, float* bias = null,
        ProductPrecision precision = ProductPrecision.Float32) =>
        _multiplier.Multiply(product, a, b, c, accumulate, bias, precision);

    /// <inheritdoc/>
    public override void AddNormalize(
        NormalizationKind kind, MatrixView x, MatrixView? delta, float* deltaBias, MatrixView sum, float* gain,
        float* shift, float epsilon, MatrixView y, float* mean, float* inverseDeviation)
    {
        Require.Shape(delta, x.Rows, x.Columns);
        Require.Shape(sum, x.Rows, x.Columns);
        Require.Shape(y, x.Rows, x.Columns);
        if (y.Type == DataType.BFloat16)
        {
            Normalization<TSimd, BFloat16>.AddNormalize(
                _team, kind, x, delta, deltaBias, sum, gain, shift, epsilon, y, mean, inverseDeviation);
        }
        else
        {
            Normalization<TSimd, float>.AddNormalize(
                _team, kind, x, delta, deltaBias, sum, gain, shift, epsilon, y, mean, inverseDeviation);
        }
    }

    /// <inheritdoc/>
    public override void NormalizeBackward(
        NormalizationKind kind, MatrixView sum, MatrixView dy, float* gain, float* mean, float* inverseDeviation,
        MatrixView dx, bool accumulate, MatrixView? dDelta, float* dGain, float* dShift, float* dDeltaBias)
    {
        Require.Shape(dy, sum.Rows, sum.Columns);
        Require.Shape(dx, sum.Rows, sum.Columns);
        Require.Shape(dDelta, sum.Rows, sum.Columns);
        if (dy.Type == DataType.BFloat16)
        {
            NormalizationBackward<TSimd, BFloat16>.Run(
                _team, _scratch, kind, sum, dy, gain, mean, inverseDeviation, dx, accumulate, dDelta, dGain, dShift,
                dDeltaBias);
        }
        else
        {
            NormalizationBackward<TSimd, float>.Run(
                _team, _scratch, kind, sum, dy, gain, mean, inverseDeviation, dx, accumulate, dDelta, dGain, dShift,
                dDeltaBias);
        }
    }

    /// <inheritdoc/>
    public override void NormalizeHeads(
        MatrixView x, int headWidth, float* gain, float epsilon, MatrixView y, float* inverseDeviation)
    {
        Require.Heads(x.Columns, headWidth);
        Require.Shape(y, x.Rows, x.Columns);
        if (x.Type == DataType.BFloat16)
        {
            HeadNormalization<TSimd, BFloat16>.Forward(_team, x, headWidth, gain, epsilon, y, inverseDeviation);
        }
        else
        {
            HeadNormalization<TSimd, float>.Forward(_team, x, headWidth, gain, epsilon, y, inverseDeviation);
        }
    }

    /// <inheritdoc/>
    public override void NormalizeHeadsBackward(
        MatrixView x, int headWidth, float* gain, float* inverseDeviation, MatrixView dy, float* dGain)
    {
        Require.Heads(x.Columns, headWidth);
        Require.Shape(dy, x.Rows, x.Columns);
        if (x.Type == DataType.BFloat16)
        {
            HeadNormalization<TSimd, BFloat16>.Backward(_team, _scratch, x, headWidth, gain, inverseDeviation, dy, dGain);
        }
        else
        {
            HeadNormalization<TSimd, float>.Backward(_team, _scratch, x, headWidth, gain, inverseDeviation, dy, dGain);
        }
    }

    /// <inheritdoc/>
    public override void Rotate(MatrixView x, int headWidth, int* positions, MatrixView table, bool inverse)
    {
        Require.Heads(x.Columns, headWidth, divisor: 2);
        Require.Shape(table, table.Rows, headWidth);
        Require.Indices(positions, x.Rows, table.Rows);
        if (x.Type == DataType.BFloat16)
        {
            Rotations<TSimd, BFloat16>.Rotate(_team, x, headWidth, positions, table, inverse);
        }
        else
        {
            Rotations<TSimd, float>.Rotate(_team, x, headWidth, positions, table, inverse);
        }
    }

    /// <inheritdoc/>
    public override void Gelu(MatrixView x, MatrixView y)
    {
        Require.Shape(y, x.Rows, x.Columns);
        if (x.Type == DataType.BFloat16)
        {
            ActivationKernels<TSimd, BFloat16>.Gelu(_team, x, y);
        }
        else
        {
            ActivationKernels<TSimd, float>.Gelu(_team, x, y);
        }
    }

    /// <inheritdoc/>
    public override void GeluBackward(MatrixView x, MatrixView dy, float* dBias)
    {
        Require.Shape(dy, x.Rows, x.Columns);
        if (x.Type == DataType.BFloat16)
        {
            ActivationKernels<TSimd, BFloat16>.GeluBackward(_team, _scratch, x, dy, dBias);
        }
        else
        {
            ActivationKernels<TSimd, float>.GeluBackward(_team, _scratch, x, dy, dBias);
        }
    }

    /// <inheritdoc/>
    public override void SwiGlu(MatrixView gateAndUp, MatrixView y)
    {
        Require.Shape(gateAndUp, y.Rows, checked(2 * y.Columns));
        if (gateAndUp.Type == DataType.BFloat16)
        {
            ActivationKernels<TSimd, BFloat16>.SwiGlu(_team, gateAndUp, y);
        }
        else
        {
            ActivationKernels<TSimd, float>.SwiGlu(_team, gateAndUp, y);
        }
    }

    /// <inheritdoc/>
    public override void SwiGluBackward(MatrixView gateAndUp, MatrixView dy, MatrixView dGateAndUp, float* dBias)
    {
        Require.Shape(gateAndUp, dy.Rows, checked(2 * dy.Columns));
        Require.Shape(dGateAndUp, gateAndUp.Rows, gateAndUp.Columns);
        if (gateAndUp.Type == DataType.BFloat16)
        {
            ActivationKernels<TSimd, BFloat16>.SwiGluBackward(_team, _scratch, gateAndUp, dy, dGateAndUp, dBias);
        }
        else
        {
            ActivationKernels<TSimd, float>.SwiGluBackward(_team, _scratch, gateAndUp, dy, dGateAndUp, dBias);
        }
    }

    /// <inheritdoc/>
    public override void AddColumnSums(MatrixView x, float* sums)
    {
        if (x.Type == DataType.BFloat16)
        {
            ColumnSums<TSimd>.Add<BFloat16>(_team, _scratch, x, sums);
        }
        else
        {
            ColumnSums<TSimd>.Add<float>(_team, _scratch, x, sums);
        }
    }

    /// <inheritdoc/>
    public override void Attend(
        AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key, MatrixView value,
        MatrixView output, float* logSums, ProductPrecision precision = ProductPrecision.Float32)
    {
        CheckHeads(shape, query, key, value, output);
        Require.Shape(query, layout.RowCount, query.Columns);
        Require.Shape(key, query.Rows, key.Columns);
        Require.Type(output, DataType.Float32);
        if (_multiplier.RoutinesFor(precision) is BFloat16Kernels routines)
        {
            var tile = new BFloat16ForwardTile<TSimd>(routines, shape.HeadWidth, layout.MaxLength);
            AttentionForward.Attend(_team, _scratch, tile, shape, layout, query, key, value, output, logSums);
        }
        else
        {
            RequireFloat32(query, key, value);
            var tile = new Float32ForwardTile<TSimd>(shape.HeadWidth, layout.MaxLength);
            AttentionForward.Attend(_team, _scratch, tile, shape, layout, query, key, value, output, logSums);
        }
    }

    /// <inheritdoc/>
    public override void AttendBackward(
        AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key, MatrixView value,
        MatrixView output, float* logSums, MatrixView dOutput, MatrixView dQuery, MatrixView dKey, MatrixView dValue,
        ProductPrecision precision = ProductPrecision.Float32)
    {
        CheckHeads(shape, query, key, value, output);
        CheckHeads(shape, dQuery, dKey, dValue, dOutput);
        Require.Shape(query, layout.RowCount, query.Columns);
        Require.Shape(key, query.Rows, key.Columns);
        Require.Shape(dQuery, query.Rows, query.Columns);
        Require.Shape(dKey, key.Rows, key.Columns);
        Require.Type(output, DataType.Float32);
        Require.Type(dOutput, DataType.Float32);
        if (_multiplier.RoutinesFor(precision) is BFloat16Kernels routines)
        {
            var tile = new BFloat16BackwardTile<TSimd>(routines, shape, layout.MaxLength);
            AttentionBackward.Run<BFloat16BackwardTile<TSimd>, BFloat16Keys>(
                _team, _scratch, tile, shape, layout, query, key, value, output, logSums, dOutput, dQuery, dKey, dValue);
        }
        else
        {
            RequireFloat32(query, key, value);
            RequireFloat32(dQuery, dKey, dValue);
            var tile = new Float32BackwardTile<TSimd>(shape.HeadWidth, layout.MaxLength);
            AttentionBackward.Run<Float32BackwardTile<TSimd>, KeyStrips>(
                _team, _scratch, tile, shape, layout, query, key, value, output, logSums, dOutput, dQuery, dKey, dValue);
        }
    }

    /// <inheritdoc/>
    public override void AttendCached(
        AttentionShape shape, MatrixView query, MatrixView keys, MatrixView values, MatrixView output,
        ProductPrecision precision = ProductPrecision.Float32)
    {
        CheckHeads(shape, query, keys, values, output);
        Require.Type(output, DataType.Float32);
        RequireFloat32(query, keys, values);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Rows, keys.Rows);
        CachedAttention<TSimd>.Attend(
            _team, _scratch, _multiplier.RoutinesFor(precision), shape, query, keys, values, output);
    }

    /// <inheritdoc/>
    public override void Embed(int* tokens, MatrixView table, int* positions, MatrixView? positionTable, MatrixView y)
    {
        CheckTables(tokens, table, positions, positionTable, y);
        Embeddings<TSimd>.Embed(_team, tokens, table, positions, positionTable, y);
    }

    /// <inheritdoc/>
    public override void EmbedBackward(
        int* tokens, MatrixView dTable, int* positions, MatrixView? dPositionTable, MatrixView dy)
    {
        CheckTables(tokens, dTable, positions, dPositionTable, dy);
        Embeddings<TSimd>.EmbedBackward(_team, tokens, dTable, positions, dPositionTable, dy);
    }

    /// <inheritdoc/>
    public override void GatherWindows(WindowShape shape, MatrixView x, MatrixView windows)
    {
        CheckWindows(shape, x, windows);
        if (x.Type == DataType.BFloat16)
        {
            Windows<TSimd, BFloat16>.Gather(_team, shape, x, windows);
        }
        else
        {
            Windows<TSimd, float>.Gather(_team, shape, x, windows);
        }
    }

    /// <inheritdoc/>
    public override void SumWindows(WindowShape shape, MatrixView dWindows, MatrixView dx)
    {
        CheckWindows(shape, dx, dWindows);
        if (dx.Type == DataType.BFloat16)
        {
            Windows<TSimd, BFloat16>.Sum(_team, shape, dWindows, dx);
        }
        else
        {
            Windows<TSimd, float>.Sum(_team, shape, dWindows, dx);
        }
    }

    /// <inheritdoc/>
    public override PackedWeights PlanWeights(MemoryPlan plan, IReadOnlyList<WeightPart> parts, int columns) =>
        PackedMultiplier<TSimd>.Plan(plan, parts, columns);

    /// <inheritdoc/>
    public override void PackRows(PackedWeights weights, int row, ReadOnlySpan<byte> blocks) =>
        _packed.Pack(weights, row, blocks);

    /// <inheritdoc/>
    public override void MultiplyPacked(MatrixView x, PackedWeights weights, MatrixView y, float* bias = null)
    {
        Require.Shape(x, x.Rows, weights.Columns);
        Require.Shape(y, x.Rows, weights.Rows);
        _packed.Multiply(x, weights, y, bias);
    }

    /// <inheritdoc/>
    public override void EmbedPacked(
        int* tokens, PackedWeights table, int* positions, MatrixView? positionTable, MatrixView y)
    {
        Require.Shape(y, y.Rows, table.Columns);
        Require.Indices(tokens, y.Rows, table.Rows);
        if (positionTable is MatrixView present)
        {
            Require.Shape(present, present.Rows, y.Columns);
            Require.Indices(positions, y.Rows, present.Rows);
        }

        _packed.Embed(tokens, table, positions, positionTable, y);
    }

    /// <inheritdoc/>
    public override void CrossEntropy(MatrixView logits, int* targets, float gradientScale, float* losses)
    {
        Require.IndicesOrNone(targets, logits.Rows, logits.Columns);
        if (logits.Type == DataType.BFloat16)
        {
            CrossEntropies<TSimd, BFloat16>.Run(_team, logits, targets, gradientScale, losses);
        }
        else
        {
            CrossEntropies<TSimd, float>.Run(_team, logits, targets, gradientScale, losses);
        }
    }

    /// <inheritdoc/>
    public override void CrossEntropy(MatrixView logits, MatrixView targets, float gradientScale, float* losses)
    {
        Require.Shape(targets, logits.Rows, logits.Columns);
        if (logits.Type == DataType.BFloat16)
        {
            CrossEntropies<TSimd, BFloat16>.Run(_team, logits, targets, gradientScale, losses);
        }
        else
        {
            CrossEntropies<TSimd, float>.Run(_team, logits, targets, gradientScale, losses);
        }
    }

    /// <inheritdoc/>
    public override void MeanSequences(SequenceLayout layout, MatrixView x, MatrixView y)
    {
        Require.Shape(x, layout.RowCount, x.Columns);
        Require.Shape(y, layout.SequenceCount, x.Columns);
        if (x.Type == DataType.BFloat16)
        {
            SequenceMeans<TSimd, BFloat16>.Forward(_team, layout, x, y);
        }
        else
        {
            SequenceMeans<TSimd, float>.Forward(_team, layout, x, y);
        }
    }

    /// <inheritdoc/>
    public override void MeanSequencesBackward(SequenceLayout layout, MatrixView dy, MatrixView dx)
    {
        Require.Shape(dx, layout.RowCount, dy.Columns);
        Require.Shape(dy, layout.SequenceCount, dx.Columns);
        if (dx.Type == DataType.BFloat16)
        {
            SequenceMeans<TSimd, BFloat16>.Backward(_team, layout, dy, dx);
        }
        else
        {
            SequenceMeans<TSimd, float>.Backward(_team, layout, dy, dx);
        }
    }

    /// <inheritdoc/>
    public override void Copy(MatrixView x, MatrixView y)
    {
        Require.Shape(y, x.Rows, x.Columns);
        switch (x.Type, y.Type)
        {
            case (DataType.BFloat16, DataType.BFloat16):
                Conversions<TSimd, BFloat16, BFloat16>.Copy(_team, x, y);
                break;
            case (DataType.BFloat16, _):
                Conversions<TSimd, BFloat16, float>.Copy(_team, x, y);
                break;
            case (_, DataType.BFloat16):
                Conversions<TSimd, float, BFloat16>.Copy(_team, x, y);
                break;
            default:
                Conversions<TSimd, float, float>.Copy(_team, x, y);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Fill(float* y, long count, float value) => Elementwise<TSimd>.Fill(_team, y, count, value);

    /// <inheritdoc/>
    public override void Blend(float* y, float scaleY, float* x, float scaleX, long count) =>
        Elementwise<TSimd>.Blend(_team, y, scaleY, x, scaleX, count);

    /// <inheritdoc/>
    public override double SumOfSquares(float* x, long count) =>
        Elementwise<TSimd>.SumOfSquares(_team, _scratch, x, count);

    /// <inheritdoc/>
    public override void AdamW(
        in AdamWStep step, float* parameters, float* gradients, float* firstMoments, float* secondMoments,
        long count) =>
        OptimizerSteps<TSimd>.AdamW(_team, step, parameters, gradients, firstMoments, secondMoments, count);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _team.Dispose();
        _multiplier.Dispose();
        _packed.Dispose();
        _scratch.Dispose();
    }

    private static void CheckHeads(
        AttentionShape shape, MatrixView query, MatrixView key, MatrixView value, MatrixView output)
    {
        if (shape.HeadWidth <= 0 || shape.KeyValueHeadCount <= 0 || shape.HeadCount % shape.KeyValueHeadCount != 0)
        {
            throw new ArgumentException($"expected query heads in equal groups, found {shape}", nameof(shape));
        }

        Require.Shape(query, query.Rows, checked(shape.HeadCount * shape.HeadWidth));
        Require.Shape(key, key.Rows, checked(shape.KeyValueHeadCount * shape.HeadWidth));
        Require.Shape(value, key.Rows, key.Columns);
        Require.Shape(output, query.Rows, query.Columns);
    }

    private static void RequireFloat32(MatrixView query, MatrixView key, MatrixView value)
    {
        Require.Type(query, DataType.Float32);
        Require.Type(key, DataType.Float32);
        Require.Type(value, DataType.Float32);
    }

    private static void CheckWindows(WindowShape shape, MatrixView map, MatrixView windows)
    {
        if (shape.Stride < 1 || shape.Side < 1 || shape.Side % shape.Stride != 0)
        {
            throw new ArgumentException($"a stride of {shape.Stride} does not divide the {shape.Side} positions of a side");
        }

        int imageCount = map.Rows / shape.PositionCount;
        Require.Shape(map, imageCount * shape.PositionCount, shape.Channels);
        Require.Shape(windows, imageCount * shape.WindowCount, shape.WindowWidth);
        Require.Type(windows, map.Type);
    }

    private static void CheckTables(
        int* tokens, MatrixView table, int* positions, MatrixView? positionTable, MatrixView rows)
    {
        Require.Shape(table, table.Rows, rows.Columns);
        Require.Indices(tokens, rows.Rows, table.Rows);
        if (positionTable is MatrixView present)
        {
            Require.Shape(present, present.Rows, rows.Columns);
            Require.Indices(positions, rows.Rows, present.Rows);
        }
    }
}
