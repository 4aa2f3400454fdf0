using Polymath.Compute;
using Polymath.Fields.Images;

namespace Polymath.Fields.Imagery.Examinations;

/// <summary>
/// The normal distribution with the mean and the covariance of images' pixels: what a maker of images must be better than. A
/// sum of centred images with normal weights has their covariance, so that it need not be known.
/// </summary>
internal static class PixelGaussian
{
    // Images that it is fitted to at most, evenly taken.
    private const int MostImages = 4096;

    private static readonly uint WeightStream = RandomStream.StreamOf("imagery/gaussian");

    /// <summary>Draws images.</summary>
    /// <param name="images">What it is fitted to.</param>
    /// <param name="count">How many.</param>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Sample(ImageSet images, int count)
    {
        int every = Math.Max(1, images.Count / MostImages), length = images.ImageBytes;
        byte[][] fitted = [.. Enumerable.Range(0, images.Count / every).Select(index => images.PixelsOf(index * every).ToArray())];
        var mean = new float[length];
        foreach (byte[] pixels in fitted)
        {
            for (int index = 0; index < length; index++)
            {
                mean[index] += pixels[index] / (float)fitted.Length;
            }
        }

        float scale = 1 / MathF.Sqrt(Math.Max(1, fitted.Length - 1));
        var samples = new List<ReadOnlyMemory<byte>>();
        for (int sample = 0; sample < count; sample++)
        {
            var random = new RandomStream(0, WeightStream, sample);
            float[] sum = (float[])mean.Clone();
            foreach (byte[] pixels in fitted)
            {
                float weight = scale * random.NextNormal();
                for (int index = 0; index < length; index++)
                {
                    sum[index] += weight * (pixels[index] - mean[index]);
                }
            }

            samples.Add(Array.ConvertAll(sum, value => (byte)Math.Clamp(MathF.Round(value), 0, byte.MaxValue)));
        }

        return samples;
    }
}
