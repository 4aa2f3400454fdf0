using System.Text.Json.Serialization.Metadata;
using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Images.Sources;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Vision;

/// <summary>Telling images apart: a classifier of patches, learnt from labelled images.</summary>
public sealed class VisionField : IField
{
    /// <summary>Its name on the command line.</summary>
    public const string FieldName = "vision";

    /// <inheritdoc/>
    public string Name => FieldName;

    /// <inheritdoc/>
    public string Summary =>
        "Tells images apart: learns the classes of labelled images, by default the articles of clothing of Fashion-MNIST.";

    /// <inheritdoc/>
    public IReadOnlyList<FieldData> Data { get; } =
        [.. ImageDataSets.All.OrderByDescending(set => set.Name == ImageSources.Default)
            .Select(set => new FieldData(set.Name, set.Description))];

    /// <inheritdoc/>
    public IReadOnlyList<FieldUse> Uses { get; } = [new("label images", "predict", "image.png")];

    /// <inheritdoc/>
    public IReadOnlyList<ReferenceFigure> References { get; } =
    [
        new("people without knowledge of fashion, Fashion-MNIST (Xiao et al., 2017, its benchmark page)", "accuracy", 0.835),
        new("random forest, 100 trees, Fashion-MNIST (Xiao et al., 2017, table 3)", "accuracy", 0.873),
        new("support vectors, C = 10, Fashion-MNIST (Xiao et al., 2017, table 3)", "accuracy", 0.897),
    ];

    /// <inheritdoc/>
    public Recipe DefaultRecipe { get; } = new VisionRecipe
    {
        Budget = "5m",
        Patch = new PatchRecipe { Size = 0, StemChannels = [32, 64, 128] },
        BatchSize = 64,
        Augmentation = new AugmentationRecipe { LabelSmoothing = 0.1f },
        Network = new TrunkRecipe
        {
            LayerCount = 1, Width = 128, HeadCount = 4, Positions = PositionKind.Learned, TiedHead = false,
        },
        Learning = new LearningRecipe
        {
            Optimizer = OptimizerKind.Muon, LearningRate = 3e-3f, MuonLearningRate = 0.01f, FinalShare = 0,
            AverageDecay = 0.995f, Precision = ProductPrecision.BFloat16,
        },
    };

    /// <inheritdoc/>
    public JsonTypeInfo RecipeType => VisionRecipeJson.Default.VisionRecipe;

    /// <inheritdoc/>
    public IFieldSession Open(Recipe recipe, SessionContext context)
    {
        if (recipe is not VisionRecipe vision)
        {
            throw new InvalidInputException($"the recipe is of the field {recipe.Field}, expected {FieldName}");
        }

        return VisionSession.Open(vision, context);
    }
}
