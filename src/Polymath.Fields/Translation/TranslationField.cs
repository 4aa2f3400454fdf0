using System.Text.Json.Serialization.Metadata;
using Polymath.Compute;
using Polymath.Fields.Translation.Pairs;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Translation;

/// <summary>Translating: one network for several directions, learnt from pairs of texts.</summary>
public sealed class TranslationField : IField
{
    /// <summary>Its name on the command line.</summary>
    public const string FieldName = "translation";

    /// <inheritdoc/>
    public string Name => FieldName;

    /// <inheritdoc/>
    public string Summary =>
        "Translates: learns from pairs of texts, by default from the messages of the .NET SDK in four of its languages.";

    /// <inheritdoc/>
    public IReadOnlyList<FieldData> Data { get; } = PairSources.Known;

    /// <inheritdoc/>
    public IReadOnlyList<FieldUse> Uses { get; } = [new("translate a text", "translate", "\"...\" --to es")];

    /// <inheritdoc/>
    public IReadOnlyList<ReferenceFigure> References { get; } =
    [
        new("Apertium 3.8.3, eng-spa 0.8.1, 200 held-out dotnet-messages, measured here", "bleu_en-es", 30.7),
        new("Apertium 3.8.3, eng-spa 0.8.1, 200 held-out dotnet-messages, measured here", "chrf_en-es", 51.5),
    ];

    /// <inheritdoc/>
    public Recipe DefaultRecipe { get; } = new TranslationRecipe
    {
        Budget = "15m",
        Network = new TrunkRecipe { LayerCount = 4, Width = 192, HeadCount = 3, ContextLength = 192 },
        Learning = new LearningRecipe
        {
            Optimizer = OptimizerKind.Muon, LearningRate = 1e-2f, MuonLearningRate = 0.01f, FinalShare = 0,
            Precision = ProductPrecision.BFloat16,
        },
    };

    /// <inheritdoc/>
    public JsonTypeInfo RecipeType => TranslationRecipeJson.Default.TranslationRecipe;

    /// <inheritdoc/>
    public IFieldSession Open(Recipe recipe, SessionContext context)
    {
        if (recipe is not TranslationRecipe translation)
        {
            throw new InvalidInputException($"the recipe is of the field {recipe.Field}, expected {FieldName}");
        }

        return TranslationSession.Open(translation, context);
    }
}
