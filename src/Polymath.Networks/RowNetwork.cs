using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>A network from real-valued rows to one output a row, all rows of a sequence seeing each other.</summary>
/// <param name="Trunk">The trunk; its context length is the rows of a sequence.</param>
/// <param name="FeatureWidth">Features of a row.</param>
/// <param name="OutputWidth">Outputs of a row.</param>
/// <param name="MaxSequences">The most sequences of a step.</param>
public sealed record RowNetwork(TrunkRecipe Trunk, int FeatureWidth, int OutputWidth, int MaxSequences)
{
    /// <summary>What a batch must have room for.</summary>
    public BatchShape BatchShape => new(
        MaxSequences, MaxSequences * Trunk.ContextLength, AttentionMask.Bidirectional, FeatureWidth, OutputWidth);

    /// <summary>Builds the network and reserves its memory; the caller commits the plan, then initialises or loads.</summary>
    /// <param name="kernels">What computes.</param>
    /// <param name="plan">Where memory is reserved.</param>
    /// <param name="training">Whether gradients are needed.</param>
    /// <param name="precision">What the operands of linear layers are rounded to.</param>
    /// <param name="recomputes">Whether activations of blocks are computed again in the backward pass, not kept.</param>
    public Network Build(
        Kernels kernels, MemoryPlan plan, bool training, ProductPrecision precision = ProductPrecision.Float32,
        bool recomputes = false)
    {
        var builder = new NetworkBuilder(kernels, plan, new ParameterStore(), BatchShape.MaxRows, training)
        {
            Precision = precision,
        };
        var port = new FeaturePort(builder, Trunk, FeatureWidth);
        var trunk = new Trunk(builder, Trunk, recomputes);
        return new Network(builder, port, trunk, new RowHead(builder, Trunk, OutputWidth));
    }
}
