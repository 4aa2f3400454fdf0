using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>An architecture that other programs know by name.</summary>
public enum Architecture
{
    /// <summary>LayerNorm, learnt positions, GELU (Radford et al., 2019).</summary>
    Gpt2,

    /// <summary>RMSNorm, rotary positions, SwiGLU, grouped queries (Touvron et al., 2023).</summary>
    Llama,

    /// <summary>Llama with normalised query and key heads (Qwen team, 2025).</summary>
    Qwen3,
}

/// <summary>Which architecture a recipe is.</summary>
public static class Architectures
{
    /// <summary>The architecture that computes just what the recipe says.</summary>
    /// <exception cref="InvalidInputException">No known architecture does.</exception>
    public static Architecture Of(TrunkRecipe recipe)
    {
        bool gpt2 = recipe is
        {
            Normalization: NormalizationKind.LayerNorm, Positions: PositionKind.Learned,
            Activation: ActivationKind.Gelu, QueryKeyNorm: false,
        };
        if (gpt2 && recipe.ResolvedKeyValueHeadCount == recipe.HeadCount
            && recipe.ResolvedHeadWidth * recipe.HeadCount == recipe.Width)
        {
            return Architecture.Gpt2;
        }

        bool llama = recipe is
        {
            Normalization: NormalizationKind.RmsNorm, Positions: PositionKind.Rotary,
            Activation: ActivationKind.SwiGlu,
        };
        if (llama && !(recipe.QueryKeyNorm && recipe.Biases))
        {
            return recipe.QueryKeyNorm ? Architecture.Qwen3 : Architecture.Llama;
        }

        throw new InvalidInputException(
            $"no known architecture has {recipe.Normalization}, {recipe.Positions} positions and {recipe.Activation} "
            + "with these heads and biases together; expected GPT-2 (LayerNorm, Learned, Gelu), Llama (RmsNorm, Rotary, "
            + "SwiGlu) or Qwen3 (Llama with queryKeyNorm and without biases)");
    }
}
