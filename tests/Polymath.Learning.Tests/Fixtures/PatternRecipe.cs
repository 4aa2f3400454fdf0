using System.Text.Json.Serialization;
using Polymath.Networks;

namespace Polymath.Learning.Tests;

/// <summary>The recipe of <see cref="PatternField"/>: a network of some thousand parameters.</summary>
internal sealed record PatternRecipe : Recipe
{
    public override string Field { get; init; } = PatternField.FieldName;

    public int BatchSize { get; init; } = 4;

    /// <summary>Which of the step's batch sizes of examples come next: whether accumulation splits one batch.</summary>
    public bool SplitsBatch { get; init; }

    /// <summary>Whether examples depend on a state that only a checkpoint can carry over.</summary>
    public bool IsActing { get; init; }

    public string? Comment { get; init; }

    public static PatternRecipe Small { get; } = new()
    {
        Budget = "12steps",
        Network = new TrunkRecipe
        {
            LayerCount = 1, Width = 16, HeadCount = 2, ContextLength = 8, FeedForwardWidth = 32,
        },
        Learning = new LearningRecipe { LearningRate = 1e-2f, WarmupSteps = 2, ExamineEverySteps = 4 },
    };

    public override void Validate(ICollection<string> errors)
    {
        base.Validate(errors);
        if (BatchSize is < 1 or > 1024)
        {
            errors.Add($"batchSize is {BatchSize}, expected 1 to 1024");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PatternRecipe))]
internal sealed partial class PatternJson : JsonSerializerContext;
