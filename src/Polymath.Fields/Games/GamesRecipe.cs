using System.Text.Json.Serialization;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Games;

/// <summary>A player of a game: everything that decides a run.</summary>
public sealed record GamesRecipe : Recipe
{
    /// <inheritdoc/>
    public override string Field { get; init; } = GamesField.FieldName;

    /// <summary>
    /// How what is seen is cut into the positions of the trunk; <c>patch.size</c> 0: by what is seen. One position makes
    /// the trunk a residual network of feed-forward layers.
    /// </summary>
    public PatchRecipe Patch { get; init; } = new() { Size = 0 };

    /// <summary>How the game is played and learnt from.</summary>
    public ReinforcementRecipe Reinforcement { get; init; } = new();

    /// <inheritdoc/>
    public override void Validate(ICollection<string> errors)
    {
        base.Validate(errors);
        Reinforcement.Validate("reinforcement", Learning.Accumulation, errors);
        if (Patch.Size != 0)
        {
            Patch.Validate("patch", errors);
        }
    }
}

/// <summary>Reads and writes recipes of the field without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(GamesRecipe))]
internal sealed partial class GamesRecipeJson : JsonSerializerContext;
