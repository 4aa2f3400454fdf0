using System.Text.Json.Serialization.Metadata;
using Polymath.Compute;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Text;

/// <summary>Writing text: a causal model of tokens, learnt from any text.</summary>
public sealed class TextField : IField
{
    /// <summary>Its name on the command line.</summary>
    public const string FieldName = "text";

    /// <inheritdoc/>
    public string Name => FieldName;

    /// <inheritdoc/>
    public string Summary =>
        "Writes text: learns to continue documents, by default the documentation that comes with every .NET SDK.";

    /// <inheritdoc/>
    public IReadOnlyList<ReferenceFigure> References { get; } =
    [
        new("nanoGPT, characters of tiny Shakespeare, 4 layers of 128, 2 000 steps on a CPU (its README)", "loss", 1.88),
    ];

    /// <inheritdoc/>
    public Recipe DefaultRecipe { get; } = new TextRecipe
    {
        // Sized so that three minutes on two cores see the default text about once.
        Network = new TrunkRecipe { LayerCount = 4, Width = 256, HeadCount = 4, ContextLength = 256 },
        Learning = new LearningRecipe { Optimizer = OptimizerKind.Muon, LearningRate = 3e-3f },
    };

    /// <inheritdoc/>
    public JsonTypeInfo RecipeType => TextRecipeJson.Default.TextRecipe;

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
