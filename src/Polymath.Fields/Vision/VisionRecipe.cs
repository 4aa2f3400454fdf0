using System.Text.Json.Serialization;
using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Vision;

/// <summary>A classifier of images: everything that decides a run.</summary>
public sealed record VisionRecipe : Recipe
{
    /// <inheritdoc/>
    public override string Field { get; init; } = VisionField.FieldName;

    /// <summary>
    /// Pixels of the square that images are fitted into; 0: from the data, where all have one small size, else 64.
    /// </summary>
    public int ImageSide { get; init; }

    /// <summary>Channels: 1 for grey, 3 for colour; 0: from the data.</summary>
    public int ChannelCount { get; init; }

    /// <summary>How an image is cut into the positions of the trunk; <c>patch.size</c> 0: by the image's side.</summary>
    public PatchRecipe Patch { get; init; } = new();

    /// <summary>Images of a micro-batch.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>How training images are varied.</summary>
    public AugmentationRecipe Augmentation { get; init; } = new();

    /// <summary>Whether rare classes weigh as much as common ones; else every image weighs the same.</summary>
    public bool BalanceClasses { get; init; }

    /// <summary>The share of every class that is kept for the examination at the end, where the data have no such part.</summary>
    public float TestShare { get; init; } = 0.15f;

    /// <summary>The share of every class's training images that choose the best checkpoint and are not learnt from.</summary>
    public float ValidationShare { get; init; } = 0.05f;

    /// <summary>How images are made ready and parted; the size is resolved.</summary>
    [JsonIgnore]
    internal ImageSelection Selection => new(ImageSide, ChannelCount, TestShare, ValidationShare, Strict);

    /// <inheritdoc/>
    public override void Validate(ICollection<string> errors)
    {
        base.Validate(errors);
        Augmentation.Validate("augmentation", errors);
        if (Patch.Size != 0)
        {
            Patch.Validate("patch", errors);
        }

        Selection.Validate(512, errors);
        errors.Require(BatchSize is >= 1 and <= 8192, $"batchSize is {BatchSize}, expected 1 to 8192");
    }
}

/// <summary>Reads and writes recipes of the field without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(VisionRecipe))]
internal sealed partial class VisionRecipeJson : JsonSerializerContext;
