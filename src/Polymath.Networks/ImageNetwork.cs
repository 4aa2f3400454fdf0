using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>A network from images to one output an image: what telling them apart and judging them share.</summary>
/// <param name="Trunk">The trunk.</param>
/// <param name="Patch">How images become positions.</param>
/// <param name="Image">The images' side and channels.</param>
/// <param name="OutputWidth">Outputs of an image: the classes.</param>
/// <param name="MaxImages">The most images of a step.</param>
public sealed record ImageNetwork(TrunkRecipe Trunk, PatchRecipe Patch, FeatureMap Image, int OutputWidth, int MaxImages)
{
    /// <summary>Patches of an image.</summary>
    public int PositionCount => Image.Side / Patch.Size * (Image.Side / Patch.Size);

    /// <summary>What a batch must have room for.</summary>
    public BatchShape BatchShape => new(
        MaxImages, MaxImages * PositionCount, AttentionMask.Bidirectional,
        Patch.Size * Patch.Size * Image.Channels, OutputWidth, PoolsSequences: true);

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
        var port = new PatchPort(builder, Patch, Trunk, Image);
        var trunk = new Trunk(builder, Trunk, recomputes);
        return new Network(builder, port, trunk, new PooledHead(builder, Trunk, OutputWidth, MaxImages));
    }
}
