using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>The models that the benchmarks of training share.</summary>
internal static class TrainingModels
{
    /// <summary>GPT-2's smallest (Radford et al., 2019), batch 4 x 256.</summary>
    public static TrainingModel Gpt2 { get; } = new(
        "GPT-2 124M", StepsPerTurn: 1, "gpt2_training.py", ["--size", "124m"],
        new TextRecipe
        {
            BatchSize = 4, ModelVocabularySize = 50257,
            Network = Gpt2Trunk with { LayerCount = 12, Width = 768, HeadCount = 12, ContextLength = 256 },
            Learning = new LearningRecipe { LearningRate = 3e-4f },
        });

    /// <summary>One that a laptop trains, batch 4 x 256: 12 million parameters.</summary>
    public static TrainingModel Small { get; } = new(
        "small model", StepsPerTurn: 5, "gpt2_training.py", ["--size", "small"],
        new TextRecipe
        {
            BatchSize = 4, ModelVocabularySize = 4096,
            Network = Gpt2Trunk with { LayerCount = 6, Width = 384, HeadCount = 6, ContextLength = 256 },
            Learning = new LearningRecipe { LearningRate = 3e-4f },
        });

    /// <summary>nanoGPT's published setting for a CPU: 4 layers, 4 heads, width 128, context 64, batch 12.</summary>
    public static TrainingModel Characters { get; } = new(
        "character model", StepsPerTurn: 50, "char_shakespeare.py", [],
        new TextRecipe
        {
            BatchSize = 12, ModelVocabularySize = 65,
            Network = Gpt2Trunk with
            {
                LayerCount = 4, Width = 128, HeadCount = 4, ContextLength = 64, Biases = false,
            },
            Learning = new LearningRecipe
            {
                LearningRate = 1e-3f, Beta2 = 0.99f, WarmupSteps = 100, FinalShare = 0.1f, ClipNorm = 1,
            },
        });

    // What GPT-2's trunks have in common.
    private static TrunkRecipe Gpt2Trunk => new()
    {
        Normalization = NormalizationKind.LayerNorm, Activation = ActivationKind.Gelu,
        Positions = PositionKind.Learned, Biases = true, TiedHead = true,
    };
}
