using System.Text.Json.Serialization.Metadata;
using Polymath.Compute;
using Polymath.Fields.Text.Sources;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Text;

/// <summary>Writing text: a causal model of tokens, learnt from any text.</summary>
public sealed class TextField : IModelOpener
{
    /// <summary>Its name on the command line.</summary>
    public const string FieldName = "text";

    /// <inheritdoc/>
    public string Name => FieldName;

    /// <inheritdoc/>
    public string Summary =>
        "Writes text: learns to continue documents, by default the documentation that comes with every .NET SDK.";

    /// <inheritdoc/>
    public IReadOnlyList<FieldData> Data { get; } =
    [
        new(TextSources.Default, "The documentation that comes with every .NET SDK."),
        .. TextDataSets.All.Select(set => new FieldData(set.Name, set.Description)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<FieldUse> Uses { get; } = [new("continue a text", "generate", "\"...\"")];

    /// <inheritdoc/>
    public IReadOnlyList<ReferenceFigure> References { get; } =
    [
        new("nanoGPT, characters of tiny Shakespeare, 4 layers of 128, 2 000 steps on a CPU (its README)", "loss", 1.88),
    ];

    /// <inheritdoc/>
    public Recipe DefaultRecipe { get; } = new TextRecipe
    {
        // Chosen for three minutes on two cores and the default text, by bits per byte at equal operations (7e12, then
        // 2.5e13): 4 layers of 192 before 4 of 256 and 6 of 192 or 256, 4 sequences a step before 2 and 8, Muon at 0.01
        // before 0.02 and AdamW alone, AdamW's rate at 0.01 for the rest before 0.006 and 0.003.
        BatchSize = 4,
        Network = new TrunkRecipe { LayerCount = 4, Width = 192, HeadCount = 3, ContextLength = 256 },
        Learning = new LearningRecipe
        {
            Optimizer = OptimizerKind.Muon, LearningRate = 1e-2f, MuonLearningRate = 0.01f,
            Precision = ProductPrecision.BFloat16,
        },
    };

    /// <inheritdoc/>
    public JsonTypeInfo RecipeType => TextRecipeJson.Default.TextRecipe;

    /// <inheritdoc/>
    public bool IsModel(string path) => Pretrained.IsModel(path);

    /// <inheritdoc/>
    public Recipe RecipeOf(string path) => ((TextRecipe)DefaultRecipe) with { From = path };

    /// <inheritdoc/>
    public IFieldSession Open(Recipe recipe, SessionContext context)
    {
        if (recipe is not TextRecipe text)
        {
            throw new InvalidInputException($"the recipe is of the field {recipe.Field}, expected {FieldName}");
        }

        return TextSession.Open(text, context);
    }
}
