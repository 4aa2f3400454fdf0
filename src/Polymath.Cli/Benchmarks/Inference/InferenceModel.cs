using Polymath.Networks;

namespace Polymath.Cli.Benchmarks.Inference;

/// <summary>A model whose generation is timed; its weights are random, which costs as much as learnt ones.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Recipe">The trunk.</param>
/// <param name="VocabularySize">The vocabulary's size.</param>
internal sealed record InferenceModel(string Name, TrunkRecipe Recipe, int VocabularySize)
{
    /// <summary>The positions that a sequence may have.</summary>
    public const int ContextLength = 1024;

    /// <summary>As large as GPT-2's smallest.</summary>
    public static InferenceModel Small { get; } = new(
        "Llama 12x768", Llama with { LayerCount = 12, Width = 768, HeadCount = 12, FeedForwardWidth = 2048 }, 32000);

    /// <summary>TinyLlama's shape (Zhang et al., 2024): 1.1 billion parameters.</summary>
    public static InferenceModel TinyLlama { get; } = new(
        "Llama 22x2048",
        Llama with { LayerCount = 22, Width = 2048, HeadCount = 32, KeyValueHeadCount = 4, FeedForwardWidth = 5632 },
        32000);

    private static TrunkRecipe Llama => new() { ContextLength = ContextLength, TiedHead = false };
}
