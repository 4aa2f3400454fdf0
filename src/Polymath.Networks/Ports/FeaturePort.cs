using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// Real-valued rows: the features of every row through one linear layer, and a learnt vector for its position.
/// </summary>
public sealed unsafe class FeaturePort : IInputPort
{
    private readonly Kernels _kernels;
    private readonly ProductPrecision _precision;
    private readonly Parameter _weight;
    private readonly Parameter? _positionTable;

    /// <summary>Adds its parameters.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="trunk">The trunk's shape.</param>
    /// <param name="featureWidth">Features of a row.</param>
    public FeaturePort(NetworkBuilder builder, TrunkRecipe trunk, int featureWidth)
    {
        (_kernels, _precision) = (builder.Kernels, builder.Precision);
        _weight = builder.Parameters.Add(new(
            "features.embedding", trunk.Width, featureWidth, ParameterRole.Embedding, 0, Initialization.Deviation));
        _positionTable = trunk.Positions == PositionKind.Learned
            ? builder.Parameters.Add(new(
                "positions.embedding", trunk.ContextLength, trunk.Width, ParameterRole.Embedding, 0,
                Initialization.Deviation))
            : null;
    }

    /// <inheritdoc/>
    public void Forward(Batch batch, MatrixView x)
    {
        if (_positionTable is not null)
        {
            _kernels.Embed(batch.Sequences.Positions, _positionTable.Values, null, null, x);
        }

        _kernels.Multiply(
            MatrixProduct.NT, batch.Features, _weight.Values, x, accumulate: _positionTable is not null,
            precision: _precision);
    }

    /// <inheritdoc/>
    public void Backward(Batch batch, MatrixView dx)
    {
        if (_positionTable is not null)
        {
            _kernels.EmbedBackward(batch.Sequences.Positions, _positionTable.Gradients, null, null, dx);
        }

        _weight.AddProduct(_kernels, dx, batch.Features, _precision);
    }

    /// <inheritdoc/>
    public double CountOperations(SequenceLayout sequences) => 2.0 * sequences.RowCount * _weight.Specification.Count;
}
