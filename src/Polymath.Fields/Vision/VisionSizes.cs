using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Images.Sources;

namespace Polymath.Fields.Vision;

/// <summary>Fills in what a recipe leaves to the data: the images' size, channels and patches.</summary>
internal static class VisionSizes
{
    // Patches so large that there are about 16 to 64 of them.
    private static readonly (int Side, int PatchSize)[] PatchSizes = [(16, 2), (48, 4), (96, 8), (512, 16)];

    /// <summary>The complete recipe.</summary>
    /// <exception cref="InvalidInputException">Size and patches do not fit each other.</exception>
    public static VisionRecipe Resolve(VisionRecipe recipe, IImageSource source)
    {
        (int side, int channels) = ImageSurvey.Resolve(source, recipe.ImageSide, recipe.ChannelCount);
        int patch = recipe.Patch.Size > 0 ? recipe.Patch.Size : PatchSizes.First(entry => side <= entry.Side).PatchSize;

        // Rounded up to whole patches where the data decided.
        recipe = recipe with
        {
            ImageSide = (side + patch - 1) / patch * patch, ChannelCount = channels,
            Patch = recipe.Patch with { Size = patch },
        };
        var errors = new List<string>();
        recipe.Patch.Validate("patch", errors);
        if (errors.Count > 0)
        {
            throw new InvalidInputException(string.Join('\n', errors));
        }

        int positions = recipe.ImageSide / patch * (recipe.ImageSide / patch);
        return recipe with
        {
            Network = recipe.Network with { ContextLength = positions },
            Augmentation = recipe.Augmentation with { Flip = recipe.Augmentation.Flip ?? source.MayMirror },
        };
    }
}
