using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Images.Sources;
using Polymath.Fields.Vision.Examinations;
using Polymath.Formats.Images;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Vision;

/// <summary>A classifier of images with, where it is to learn or be examined, its images.</summary>
public sealed class VisionSession : IFieldSession, IPredictor, IImageJudge
{
    // Images of a pass where no training step decides the size.
    private const int InferenceImages = 16;

    private readonly VisionRecipe _recipe;
    private readonly ImageMaterial? _material;
    private readonly IReadOnlyList<string> _classes;
    private readonly ImageClassifier _classifier;
    private readonly VisionExperience? _experience;
    private readonly VisionExamination? _examination;

    private VisionSession(
        VisionRecipe recipe, SessionContext context, IReadOnlyList<string> classes, ImageMaterial? material)
    {
        (_recipe, _classes, _material) = (recipe, classes, material);
        var writer = new PatchWriter(recipe.ImageSide, recipe.ChannelCount, recipe.Patch.Size);
        int images = context.Purpose == SessionPurpose.Inference
            ? InferenceImages
            : Math.Max(InferenceImages, recipe.BatchSize);
        var network = new ImageNetwork(
            recipe.Network, recipe.Patch, new FeatureMap(recipe.ImageSide, recipe.ChannelCount), classes.Count, images);
        Network = network.Build(
            context.Kernels, context.Plan, context.Purpose == SessionPurpose.Training,
            context.Purpose == SessionPurpose.Inference ? ProductPrecision.Float32 : recipe.Learning.Precision,
            recipe.Learning.RecomputeActivations);
        Batch = new Batch(context.Plan, network.BatchShape);
        Objective = new VisionObjective(context.Kernels, context.Plan, images);
        _classifier = new ImageClassifier(Network, Batch, writer, recipe.Augmentation.Flip == true);
        if (material is not null)
        {
            _experience = new VisionExperience(material.Training, recipe, writer, classes.Count);
            _examination = new VisionExamination(_classifier, material);
        }
    }

    /// <inheritdoc/>
    public Recipe Recipe => _recipe;

    /// <inheritdoc/>
    public Network Network { get; }

    /// <inheritdoc/>
    public Batch Batch { get; }

    /// <inheritdoc/>
    public IExperience Experience => _experience ?? throw NoImages();

    /// <inheritdoc/>
    public IObjective Objective { get; }

    /// <inheritdoc/>
    public IExamination Examination => _examination ?? throw NoImages();

    /// <inheritdoc/>
    public string RowName => "images";

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, string Value)> Facts => _material?.Facts ?? [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _classes;

    /// <summary>Opens a session.</summary>
    internal static VisionSession Open(VisionRecipe recipe, SessionContext context)
    {
        if (context.Purpose == SessionPurpose.Inference)
        {
            return new VisionSession(recipe, context, ClassNames.Load(context.RunFolder), null);
        }

        IImageSource source = ImageSources.Open(recipe.Data, context, leastClasses: 2);
        recipe = VisionSizes.Resolve(recipe, source);
        ImageMaterial material = ImageMaterial.Read(source, recipe.Selection, context.Notes);
        if (context.Purpose == SessionPurpose.Training)
        {
            ClassNames.Save(context.RunFolder, material.Classes);
        }

        return new VisionSession(recipe, context, material.Classes, material);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<string> files, CancellationToken cancellation = default)
    {
        var images = new List<PixelImage>();
        var errors = new List<string>();
        foreach (string file in files)
        {
            try
            {
                images.Add(ImageFile.Read(file));
            }
            catch (InvalidInputException fault)
            {
                errors.Add(fault.Message);
            }
        }

        if (errors.Count > 0)
        {
            throw new InvalidInputException(string.Join('\n', errors));
        }

        return
        [
            .. Judge(images, cancellation).Zip(files, (opinion, file) => new Prediction(file, [.. opinion.Probabilities
                .Select((probability, label) => new LabelProbability(_classes[label], probability))
                .OrderByDescending(label => label.Probability)])),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ImageOpinion> Judge(IReadOnlyList<PixelImage> images, CancellationToken cancellation = default)
    {
        var opinions = new List<ImageOpinion>();
        foreach (PixelImage[] part in images.Chunk(_classifier.MaxImages))
        {
            cancellation.ThrowIfCancellationRequested();
            (float[][] features, float[][] probabilities) = _classifier.Describe(
            [
                .. part.Select(image => (ReadOnlyMemory<byte>)ImageFitting.Fit(image, _recipe.ImageSide, _recipe.ChannelCount)),
            ]);
            opinions.AddRange(features.Zip(probabilities, (seen, found) => new ImageOpinion(seen, found)));
        }

        return opinions;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> MakeSamples(string samplesFolder) => [];

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static InvalidOperationException NoImages() => new("this session was opened for inference, without images");
}
