namespace Polymath.Networks;

/// <summary>The spread of first weights, as GPT-2 chose it (Radford et al., 2019, section 2.3).</summary>
internal static class Initialization
{
    /// <summary>The standard deviation of weights.</summary>
    public const float Deviation = 0.02f;

    /// <summary>That of the layers which write into the residual stream, smaller by the root of their number.</summary>
    public static float OutputDeviation(TrunkRecipe recipe) => Deviation / MathF.Sqrt(2 * recipe.LayerCount);
}
