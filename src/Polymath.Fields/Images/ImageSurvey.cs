using Polymath.Compute;
using Polymath.Fields.Images.Sources;
using Polymath.Formats.Images;

namespace Polymath.Fields.Images;

/// <summary>Looks at some images of a source to learn what a recipe leaves to the data: their size and channels.</summary>
internal static class ImageSurvey
{
    // Images that are looked at: enough to know whether they are alike.
    private const int LookedAtCount = 200;

    private const int LargestOwnSide = 64;

    /// <summary>
    /// The square that images are fitted into, their own size where all have one that is small, and their channels.
    /// </summary>
    /// <param name="source">Where the images are.</param>
    /// <param name="side">The side that a recipe asks for; 0: from the data.</param>
    /// <param name="channelCount">The channels that a recipe asks for; 0: from the data.</param>
    public static (int Side, int ChannelCount) Resolve(IImageSource source, int side, int channelCount)
    {
        if (side > 0 && channelCount > 0)
        {
            return (side, channelCount);
        }

        int every = Math.Max(1, source.Images.Count / LookedAtCount), largest = 0, channels = 1;
        bool isAlike = true;
        for (int index = 0; index < source.Images.Count; index += every)
        {
            if (TryLoad(source.Images[index]) is not PixelImage image)
            {
                continue;
            }

            int larger = Math.Max(image.Width, image.Height);
            isAlike &= largest == 0 || larger == largest;
            largest = Math.Max(largest, larger);
            channels = Math.Max(channels, image.ChannelCount);
        }

        bool isOwn = isAlike && largest is >= 4 and <= LargestOwnSide;
        return (side > 0 ? side : isOwn ? largest : LargestOwnSide, channelCount > 0 ? channelCount : channels);
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
