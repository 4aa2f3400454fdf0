using System.Text.Json.Serialization.Metadata;
using Polymath.Compute;
using Polymath.Fields.Games.Minatar;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Games;

/// <summary>Playing video games: learnt by playing, from nothing but what is seen and the score.</summary>
public sealed class GamesField : IField
{
    /// <summary>Its name on the command line.</summary>
    public const string FieldName = "games";

    /// <inheritdoc/>
    public string Name => FieldName;

    /// <inheritdoc/>
    public string Summary => "Plays video games: learns by playing, from nothing but what is seen and the score.";

    /// <inheritdoc/>
    public IReadOnlyList<FieldData> Data { get; } =
        [.. MinatarGames.All.Select(game => new FieldData(game.Name, game.Description))];

    /// <inheritdoc/>
    public IReadOnlyList<FieldUse> Uses { get; } = [new("watch an episode", "play", "--out episode.gif")];

    /// <inheritdoc/>
    public IReadOnlyList<ReferenceFigure> References { get; } = [.. MinatarReferences.All];

    /// <inheritdoc/>
    public Recipe DefaultRecipe { get; } = new GamesRecipe
    {
        Budget = "10m",
        Reinforcement = new ReinforcementRecipe { EpochCount = 2, TraceDecay = 0.8f },
        Network = new TrunkRecipe
        {
            LayerCount = 2, Width = 64, HeadCount = 2, Positions = PositionKind.None, Activation = ActivationKind.Gelu,
            FeedForwardWidth = 128, Biases = true, TiedHead = false,
        },
        Learning = new LearningRecipe
        {
            LearningRate = 2e-3f, Beta2 = 0.999f, Epsilon = 1e-5f, WeightDecay = 0, ClipNorm = 0.5f, FinalShare = 0,
            Schedule = ScheduleKind.WarmupStableDecay, DecayShare = 1, Precision = ProductPrecision.BFloat16,
        },
    };

    /// <inheritdoc/>
    public JsonTypeInfo RecipeType => GamesRecipeJson.Default.GamesRecipe;

    /// <inheritdoc/>
    public IFieldSession Open(Recipe recipe, SessionContext context)
    {
        if (recipe is not GamesRecipe games)
        {
            throw new InvalidInputException($"the recipe is of the field {recipe.Field}, expected {FieldName}");
        }

        return GamesSession.Open(games, context);
    }
}
