using Polymath.Compute;
using Polymath.Fields.Images;

namespace Polymath.Fields.Vision;

/// <summary>Varies images as a recipe says; all randomness comes from the stream that is given.</summary>
/// <param name="recipe">What is varied.</param>
/// <param name="side">Pixels of an image's side.</param>
/// <param name="channelCount">Numbers of a pixel.</param>
public sealed class Augmentation(AugmentationRecipe recipe, int side, int channelCount)
{
    private readonly int _largestShift = (int)MathF.Round(recipe.Shift * side);
    private readonly int _cutOutSide = (int)MathF.Round(recipe.CutOut * side);

    /// <summary>Writes a varied image.</summary>
    /// <param name="image">[side, side, channels].</param>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="pixels">[side, side, channels], numbers around zero.</param>
    public void Draw(ReadOnlySpan<byte> image, ref RandomStream random, Span<float> pixels)
    {
        int shiftX = Shift(ref random), shiftY = Shift(ref random);
        bool isMirrored = recipe.Flip == true && random.NextBelow(2) == 0;
        for (int y = 0; y < side; y++)
        {
            int fromY = Math.Clamp(y - shiftY, 0, side - 1);
            for (int x = 0; x < side; x++)
            {
                int fromX = Math.Clamp(x - shiftX, 0, side - 1);
                fromX = isMirrored ? side - 1 - fromX : fromX;
                for (int channel = 0; channel < channelCount; channel++)
                {
                    pixels[(((y * side) + x) * channelCount) + channel] = PatchWriter.Normalize(
                        image[(((fromY * side) + fromX) * channelCount) + channel]);
                }
            }
        }

        if (_cutOutSide > 0)
        {
            CutOut(ref random, pixels);
        }
    }

    /// <summary>The share that an image keeps when another is mixed in, at least one half; 1: none is.</summary>
    public float DrawShare(ref RandomStream random)
    {
        if (recipe.Mixup == 0)
        {
            return 1;
        }

        // Johnk (1964): powers of two uniform numbers, taken again until their sum is below 1.
        double x, y;
        do
        {
            x = Math.Pow(random.NextDouble(), 1 / recipe.Mixup);
            y = Math.Pow(random.NextDouble(), 1 / recipe.Mixup);
        }
        while (x + y is 0 or > 1);

        double share = x / (x + y);
        return (float)Math.Max(share, 1 - share);
    }

    private int Shift(ref RandomStream random) =>
        _largestShift == 0 ? 0 : (int)random.NextBelow((2 * _largestShift) + 1) - _largestShift;

    // A square around any pixel, so that near the edges less is cut out.
    private void CutOut(ref RandomStream random, Span<float> pixels)
    {
        int left = (int)random.NextBelow(side) - (_cutOutSide / 2), top = (int)random.NextBelow(side) - (_cutOutSide / 2);
        int start = Math.Max(0, left), end = Math.Min(side, left + _cutOutSide);
        for (int y = Math.Max(0, top); y < Math.Min(side, top + _cutOutSide); y++)
        {
            pixels.Slice(((y * side) + start) * channelCount, (end - start) * channelCount).Clear();
        }
    }
}
