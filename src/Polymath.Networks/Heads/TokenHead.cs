using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>Token logits: a matrix of its own, or the embedding table read the other way (Press and Wolf, 2017).</summary>
public sealed unsafe class TokenHead : IOutputHead
{
    // Rows of logits start on cache lines whatever the vocabulary.
    private const int AlignmentElements = MemoryPlan.AlignmentBytes / sizeof(ushort);

    private readonly Kernels _kernels;
    private readonly ProductPrecision _precision;
    private readonly Weight _weight;
    private readonly PlannedMatrix _logits, _lastLogits;

    /// <summary>Adds its parameters, unless tied, and reserves the logits.</summary>
    public TokenHead(NetworkBuilder builder, TokenPort port, TrunkRecipe recipe)
    {
        _kernels = builder.Kernels;
        _precision = builder.Precision;
        Width = port.Weight.Specification.Rows;
        _weight = recipe.TiedHead
            ? port.Weight
            : builder.AddWeight(new(
                "tokens.head", Width, recipe.Width, ParameterRole.Embedding, 0, Initialization.Deviation));
        int stride = (Width + AlignmentElements - 1) / AlignmentElements * AlignmentElements;
        _logits = builder.Plan.ReserveMatrix("logits", builder.MaxRows, stride, builder.ActivationType);
        _lastLogits = builder.Plan.ReserveMatrix("logits", 1, Width);
    }

    /// <summary>[vocabulary, width], where it is not packed.</summary>
    public Parameter Weight => _weight.Parameter;

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public MatrixView Forward(SequenceLayout sequences, MatrixView trunkOutput)
    {
        MatrixView logits = _logits.Top(trunkOutput.Rows).ColumnRange(0, Width);
        _weight.Multiply(trunkOutput, logits, bias: null, _precision);
        return logits;
    }

    /// <summary>The logits [Width] of one row of the trunk's output, in fp32; valid until the next call.</summary>
    public Span<float> Predict(MatrixView row)
    {
        _weight.Multiply(row, _lastLogits.View, bias: null, _precision);
        return _lastLogits.View.RowSpan(0);
    }

    /// <summary>The logits [rows, Width] of several rows of the trunk's output, in fp32.</summary>
    public void Predict(MatrixView rows, MatrixView logits) => _weight.Multiply(rows, logits, bias: null, _precision);

    /// <inheritdoc/>
    public void Backward(
        SequenceLayout sequences, MatrixView trunkOutput, MatrixView dOutputs, MatrixView dTrunkOutput)
    {
        _kernels.Multiply(MatrixProduct.NN, dOutputs, Weight.Values, dTrunkOutput, precision: _precision);
        Weight.AddProduct(_kernels, dOutputs, trunkOutput, _precision);
    }

    /// <inheritdoc/>
    public double CountOperations(SequenceLayout sequences) =>
        2.0 * sequences.RowCount * Width * _weight.Specification.Columns;
}
