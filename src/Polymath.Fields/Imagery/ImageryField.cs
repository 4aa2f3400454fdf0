using System.Text.Json.Serialization.Metadata;
using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Images.Sources;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Imagery;

/// <summary>Making images: a flow from noise to images of a class, learnt from examples.</summary>
/// <param name="judge">The field whose models judge samples; its sessions are <see cref="IImageJudge"/>.</param>
public sealed class ImageryField(IField judge) : IField
{
    /// <summary>Its name on the command line.</summary>
    public const string FieldName = "imagery";

    /// <inheritdoc/>
    public string Name => FieldName;

    /// <inheritdoc/>
    public string Summary =>
        "Makes images: learns what images of a class look like, by default the articles of clothing of Fashion-MNIST.";

    /// <inheritdoc/>
    public IReadOnlyList<FieldData> Data { get; } =
        [.. ImageDataSets.All.OrderByDescending(set => set.Name == ImageSources.Default)
            .Select(set => new FieldData(set.Name, set.Description))];

    /// <inheritdoc/>
    public IReadOnlyList<FieldUse> Uses { get; } = [new("make images", "generate", "--count 16 --out images.png")];

    /// <inheritdoc/>
    public IReadOnlyList<ReferenceFigure> References { get; } =
    [
        new("two halves of Fashion-MNIST's test images, judged by a model of 1e13 operations", "frechet_distance", 0.047),
        new("a Gaussian fit of Fashion-MNIST's pixels, judged by the same", "frechet_distance", 19.98),
        new("Fashion-MNIST's test images, judged by the same", "class_agreement", 0.8845),
    ];

    /// <inheritdoc/>
    public Recipe DefaultRecipe { get; } = new ImageryRecipe
    {
        Budget = "15m",
        Network = new TrunkRecipe
        {
            LayerCount = 6, Width = 192, HeadCount = 6, Positions = PositionKind.Learned, TiedHead = false,
        },
        Learning = new LearningRecipe
        {
            Optimizer = OptimizerKind.Muon, LearningRate = 2e-3f, MuonLearningRate = 0.01f, WeightDecay = 0.01f,
            FinalShare = 0, AverageDecay = 0.998f, Precision = ProductPrecision.BFloat16,
        },
    };

    /// <inheritdoc/>
    public JsonTypeInfo RecipeType => ImageryRecipeJson.Default.ImageryRecipe;

    /// <inheritdoc/>
    public IFieldSession Open(Recipe recipe, SessionContext context)
    {
        if (recipe is not ImageryRecipe imagery)
        {
            throw new InvalidInputException($"the recipe is of the field {recipe.Field}, expected {FieldName}");
        }

        return ImagerySession.Open(imagery, context, judge);
    }
}
