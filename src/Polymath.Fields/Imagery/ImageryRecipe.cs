using System.Text.Json.Serialization;
using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Learning;

namespace Polymath.Fields.Imagery;

/// <summary>A maker of images: everything that decides a run.</summary>
public sealed record ImageryRecipe : Recipe
{
    /// <inheritdoc/>
    public override string Field { get; init; } = ImageryField.FieldName;

    /// <summary>Pixels of the square that images are fitted into; 0: from the data.</summary>
    public int ImageSide { get; init; }

    /// <summary>Channels: 1 for grey, 3 for colour; 0: from the data.</summary>
    public int ChannelCount { get; init; }

    /// <summary>Pixels of a patch's side, a position of the trunk; it divides the image's side.</summary>
    public int PatchSize { get; init; } = 4;

    /// <summary>Images of a micro-batch.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// The share of images that are learnt from without their class, so that guidance knows what is common to all (Ho and
    /// Salimans, 2022).
    /// </summary>
    public float ClassDropout { get; init; } = 0.1f;

    /// <summary>How samples are made: Heun's method takes two passes a step, Euler's one.</summary>
    public SamplerKind Sampler { get; init; }

    /// <summary>Steps of the sampler.</summary>
    public int StepCount { get; init; } = 20;

    /// <summary>
    /// How far samples go from what is common to all images towards their class: 1 as it was learnt, more for clearer and
    /// less varied ones.
    /// </summary>
    public float Guidance { get; init; } = 2;

    /// <summary>Samples of the examination at the end.</summary>
    public int SampleCount { get; init; } = 1000;

    /// <summary>The run of the vision model that judges samples; empty: one is trained beside the run.</summary>
    public string Judge { get; init; } = "";

    /// <summary>The budget of a judge that is trained beside the run.</summary>
    public string JudgeBudget { get; init; } = "1e13flop";

    /// <summary>The share of every class that is kept for the examination at the end, where the data have no such part.</summary>
    public float TestShare { get; init; } = 0.15f;

    /// <summary>The share of every class's training images that choose the best checkpoint and are not learnt from.</summary>
    public float ValidationShare { get; init; } = 0.05f;

    /// <summary>How images are made ready and parted; the size is resolved.</summary>
    [JsonIgnore]
    internal ImageSelection Selection => new(ImageSide, ChannelCount, TestShare, ValidationShare, Strict);

    /// <summary>How samples are made.</summary>
    [JsonIgnore]
    internal FlowSampling Sampling => new(Sampler, StepCount, Guidance);

    /// <inheritdoc/>
    public override void Validate(ICollection<string> errors)
    {
        base.Validate(errors);
        Selection.Validate(256, errors);
        errors.Require(PatchSize is >= 1 and <= 32, $"patchSize is {PatchSize}, expected 1 to 32");
        errors.Require(BatchSize is >= 2 and <= 8192, $"batchSize is {BatchSize}, expected 2 to 8192");
        errors.Require(ClassDropout is >= 0 and < 1, $"classDropout is {ClassDropout}, expected at least 0 and below 1");
        errors.Require(SampleCount is >= 100 and <= 100_000, $"sampleCount is {SampleCount}, expected 100 to 100000");
        Sampling.Validate(errors);
        if (!Polymath.Learning.Budget.TryParse(JudgeBudget, out _, out string? error))
        {
            errors.Add($"judgeBudget: {error}");
        }
    }
}

/// <summary>Reads and writes recipes of the field without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(ImageryRecipe))]
internal sealed partial class ImageryRecipeJson : JsonSerializerContext;
