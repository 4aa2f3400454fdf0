using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>Discrete inputs: a learnt vector a token, plus one a position where the trunk's recipe says so.</summary>
public sealed unsafe class TokenPort : IInputPort
{
    private readonly Kernels _kernels;

    /// <summary>Adds its parameters.</summary>
    public TokenPort(NetworkBuilder builder, int vocabularySize, TrunkRecipe recipe)
    {
        _kernels = builder.Kernels;
        Weight = builder.AddWeight(new(
            "tokens.embedding", vocabularySize, recipe.Width, ParameterRole.Embedding, 0, Initialization.Deviation));
        PositionTable = recipe.Positions == PositionKind.Learned
            ? builder.Parameters.Add(new(
                "positions.embedding", recipe.ContextLength, recipe.Width, ParameterRole.Embedding, 0,
                Initialization.Deviation))
            : null;
    }

    /// <summary>[vocabulary, width], whatever it is kept in.</summary>
    public Weight Weight { get; }

    /// <summary>[vocabulary, width], where it is not packed.</summary>
    public Parameter Table => Weight.Parameter;

    /// <summary>[context, width], or null.</summary>
    public Parameter? PositionTable { get; }

    /// <inheritdoc/>
    public void Forward(Batch batch, MatrixView x) =>
        Forward(batch.TokenData, batch.Sequences.Positions, x);

    /// <summary>Writes x [n, width] for n tokens at their positions.</summary>
    public void Forward(int* tokens, int* positions, MatrixView x) =>
        Weight.Embed(tokens, positions, PositionTable?.Values, x);

    /// <inheritdoc/>
    public void Backward(Batch batch, MatrixView dx) =>
        _kernels.EmbedBackward(
            batch.TokenData, Table.Gradients, batch.Sequences.Positions, PositionTable?.Gradients, dx);

    /// <inheritdoc/>
    public double CountOperations(SequenceLayout sequences) => 0;
}
