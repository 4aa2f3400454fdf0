using System.Globalization;
using Polymath.Compute;
using Polymath.Fields.Imagery.Examinations;
using Polymath.Fields.Images;
using Polymath.Fields.Images.Sources;
using Polymath.Formats.Images;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Imagery;

/// <summary>A maker of images with, where it is to learn or be examined, its examples.</summary>
public sealed class ImagerySession : IFieldSession, IImageGenerator
{
    private const int LargestCount = 10_000;

    private readonly ImageryRecipe _recipe;
    private readonly IReadOnlyList<string> _classes;
    private readonly ImageMaterial? _material;
    private readonly FlowSampler _sampler;
    private readonly ImageryExperience? _experience;
    private readonly ImageryExamination? _examination;

    private ImagerySession(
        ImageryRecipe recipe, SessionContext context, IField judge, IReadOnlyList<string> classes,
        ImageMaterial? material)
    {
        (_recipe, _classes, _material) = (recipe, classes, material);
        var rows = new FlowRows(new PatchWriter(recipe.ImageSide, recipe.ChannelCount, recipe.PatchSize), classes.Count);
        var network = new RowNetwork(recipe.Network, rows.FeatureWidth, rows.Writer.PatchWidth, recipe.BatchSize);
        Network = network.Build(
            context.Kernels, context.Plan, context.Purpose == SessionPurpose.Training, recipe.Learning.Precision,
            recipe.Learning.RecomputeActivations);
        Batch = new Batch(context.Plan, network.BatchShape);
        _sampler = new FlowSampler(
            Network, Batch, rows, recipe.ImageSide * recipe.ImageSide * recipe.ChannelCount);
        if (material is not null)
        {
            _experience = new ImageryExperience(material.Training, recipe, rows);
            _examination = new ImageryExamination(recipe, context, judge, Network, Batch, rows, _sampler, material);
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
    public IObjective Objective { get; } = new FlowObjective();

    /// <inheritdoc/>
    public IExamination Examination => _examination ?? throw NoImages();

    /// <inheritdoc/>
    public string RowName => "patches";

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, string Value)> Facts => _material?.Facts ?? [];

    /// <summary>Opens a session.</summary>
    internal static ImagerySession Open(ImageryRecipe recipe, SessionContext context, IField judge)
    {
        if (context.Purpose == SessionPurpose.Inference)
        {
            return new ImagerySession(recipe, context, judge, ClassNames.Load(context.RunFolder), null);
        }

        IImageSource source = ImageSources.Open(recipe.Data, context, leastClasses: 1);
        recipe = Resolve(recipe, source);
        ImageMaterial material = ImageMaterial.Read(source, recipe.Selection, context.Notes);
        if (context.Purpose == SessionPurpose.Training)
        {
            ClassNames.Save(context.RunFolder, material.Classes);
        }

        return new ImagerySession(recipe, context, judge, material.Classes, material);
    }

    /// <inheritdoc/>
    public IReadOnlyList<GeneratedImage> Generate(ImageGenerationRequest request, CancellationToken cancellation = default)
    {
        FlowSampling sampling = _recipe.Sampling with
        {
            StepCount = request.StepCount ?? _recipe.StepCount, Guidance = request.Guidance ?? _recipe.Guidance,
        };
        var errors = new List<string>();
        if (request.Count is < 1 or > LargestCount)
        {
            errors.Add($"count is {request.Count}, expected 1 to {LargestCount}");
        }

        sampling.Validate(errors);
        int? label = request.Class is null ? null : FindClass(request.Class, errors);
        if (errors.Count > 0)
        {
            throw new InvalidInputException(string.Join('\n', errors));
        }

        int[] labels = [.. Enumerable.Range(0, request.Count).Select(index => label ?? index % _classes.Count)];
        return
        [
            .. _sampler.Sample(labels, request.Seed, sampling, cancellation).Zip(labels, (pixels, made) => new GeneratedImage(
                _classes[made], new PixelImage(_recipe.ImageSide, _recipe.ImageSide, _recipe.ChannelCount, pixels))),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> MakeSamples(string samplesFolder) => [];

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static ImageryRecipe Resolve(ImageryRecipe recipe, IImageSource source)
    {
        (int side, int channels) = ImageSurvey.Resolve(source, recipe.ImageSide, recipe.ChannelCount);

        // Rounded up to whole patches where the data decided.
        int patches = (side + recipe.PatchSize - 1) / recipe.PatchSize;
        if (recipe.ImageSide > 0 && patches * recipe.PatchSize != side)
        {
            throw new InvalidInputException(
                $"patchSize is {recipe.PatchSize}, expected a divisor of imageSide, which is {side}");
        }

        return recipe with
        {
            ImageSide = patches * recipe.PatchSize, ChannelCount = channels,
            Network = recipe.Network with { ContextLength = patches * patches },
        };
    }

    private static InvalidOperationException NoImages() => new("this session was opened for inference, without images");

    private int? FindClass(string name, List<string> errors)
    {
        for (int index = 0; index < _classes.Count; index++)
        {
            if (string.Equals(_classes[index], name, StringComparison.OrdinalIgnoreCase))
            {
                return index;
            }
        }

        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < _classes.Count)
        {
            return number;
        }

        errors.Add($"unknown class '{name}', expected one of: {string.Join(", ", _classes)}; or its number from 0");
        return null;
    }
}
