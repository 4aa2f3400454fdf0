using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>A network from tokens to token logits: what text, translation and speech of tokens share.</summary>
public sealed class TokenNetwork
{
    private TokenNetwork(Network network, TokenPort port, TokenHead head) =>
        (Network, Port, Head) = (network, port, head);

    /// <summary>The whole.</summary>
    public Network Network { get; }

    /// <summary>Its input port.</summary>
    public TokenPort Port { get; }

    /// <summary>Its head.</summary>
    public TokenHead Head { get; }

    /// <summary>The vocabulary's size.</summary>
    public int VocabularySize => Head.Width;

    /// <summary>Builds a network and reserves its memory; the caller commits the plan, then initialises or loads.</summary>
    /// <param name="kernels">What computes.</param>
    /// <param name="plan">Where memory is reserved.</param>
    /// <param name="recipe">The trunk.</param>
    /// <param name="vocabularySize">The vocabulary's size.</param>
    /// <param name="maxRows">The most rows of a step.</param>
    /// <param name="training">Whether gradients are needed.</param>
    /// <param name="precision">What the operands of linear layers are rounded to.</param>
    /// <param name="recomputes">Whether activations of blocks are computed again in the backward pass, not kept.</param>
    /// <param name="packing">Which weights are kept packed, and in which formats; null: all are parameters.</param>
    public static TokenNetwork Build(
        Kernels kernels, MemoryPlan plan, TrunkRecipe recipe, int vocabularySize, int maxRows, bool training,
        ProductPrecision precision = ProductPrecision.Float32, bool recomputes = false, WeightPacking? packing = null)
    {
        var builder = new NetworkBuilder(kernels, plan, new ParameterStore(), maxRows, training)
        {
            Precision = precision,
            Packing = packing ?? (static _ => null),
        };
        var port = new TokenPort(builder, vocabularySize, recipe);
        var trunk = new Trunk(builder, recipe, recomputes);
        var head = new TokenHead(builder, port, recipe);
        return new TokenNetwork(new Network(builder, port, trunk, head), port, head);
    }
}
