using Polymath.Compute;
using Polymath.Fields.Vision.Sources;
using Polymath.Formats.Images;

namespace Polymath.Fields.Vision;

/// <summary>Fills in what a recipe leaves to the data: the images' size, channels and patches.</summary>
internal static class VisionSizes
{
    // Images that are looked at: enough to know whether they are alike.
    private const int LookedAtCount = 200;

    private const int LargestOwnSide = 64;

    // Patches so large that there are about 16 to 64 of them.
    private static readonly (int Side, int PatchSize)[] PatchSizes = [(16, 2), (48, 4), (96, 8), (512, 16)];

    /// <summary>The complete recipe.</summary>
    /// <exception cref="InvalidInputException">Size and patches do not fit each other.</exception>
    public static VisionRecipe Resolve(VisionRecipe recipe, IImageSource source)
    {
        if (recipe.ImageSide == 0 || recipe.ChannelCount == 0)
        {
            recipe = LookAt(recipe, source);
        }

        int side = recipe.ImageSide;
        int patch = recipe.Patch.Size > 0 ? recipe.Patch.Size : PatchSizes.First(entry => side <= entry.Side).PatchSize;

        // Rounded up to whole patches where the data decided.
        recipe = recipe with { ImageSide = (side + patch - 1) / patch * patch, Patch = recipe.Patch with { Size = patch } };
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

    private static VisionRecipe LookAt(VisionRecipe recipe, IImageSource source)
    {
        int every = Math.Max(1, source.Images.Count / LookedAtCount);
        int side = 0, channels = 1;
        bool isAlike = true;
        for (int index = 0; index < source.Images.Count; index += every)
        {
            if (TryLoad(source.Images[index]) is not PixelImage image)
            {
                continue;
            }

            int larger = Math.Max(image.Width, image.Height);
            isAlike &= side == 0 || larger == side;
            side = Math.Max(side, larger);
            channels = Math.Max(channels, image.ChannelCount);
        }

        return recipe with
        {
            ImageSide = recipe.ImageSide > 0 ? recipe.ImageSide
                : isAlike && side is >= 4 and <= LargestOwnSide ? side : LargestOwnSide,
            ChannelCount = recipe.ChannelCount > 0 ? recipe.ChannelCount : channels,
        };
    }

    // What is damaged is named when all images are read.
    private static PixelImage? TryLoad(ImageReference reference)
    {
        try
        {
            return reference.Load();
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }
}
