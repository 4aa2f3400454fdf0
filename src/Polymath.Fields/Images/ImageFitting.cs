using Polymath.Formats.Images;

namespace Polymath.Fields.Images;

/// <summary>Fits images of any size and mode into the square that a network reads.</summary>
public static class ImageFitting
{
    // ITU-R BT.601, as JPEG has it.
    private const float RedShare = 0.299f, GreenShare = 0.587f, BlueShare = 0.114f;

    /// <summary>
    /// Scales an image so that all of it fits, and fills what is left with the mean of its border; pixels become grey or
    /// colour as asked for.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="side">Pixels of the square's side.</param>
    /// <param name="channelCount">1 or 3.</param>
    /// <returns>[side, side, channels].</returns>
    public static byte[] Fit(PixelImage image, int side, int channelCount)
    {
        float[] pixels = Convert(image, channelCount);
        if (image.Width == side && image.Height == side)
        {
            return Round(pixels);
        }

        double scale = (double)side / Math.Max(image.Width, image.Height);
        int width = Math.Clamp((int)Math.Round(image.Width * scale), 1, side);
        int height = Math.Clamp((int)Math.Round(image.Height * scale), 1, side);
        float[] wide = ScaleColumns(pixels, image.Height, image.Width, width, channelCount);
        float[] scaled = ScaleRows(wide, image.Height, height, width * channelCount);
        return Place(scaled, width, height, side, channelCount);
    }

    private static float[] Convert(PixelImage image, int channelCount)
    {
        int count = image.Width * image.Height, from = image.ChannelCount;
        var pixels = new float[count * channelCount];
        for (int pixel = 0; pixel < count; pixel++)
        {
            ReadOnlySpan<byte> source = image.Pixels.AsSpan(pixel * from, from);
            Span<float> target = pixels.AsSpan(pixel * channelCount, channelCount);
            if (from == channelCount)
            {
                for (int channel = 0; channel < from; channel++)
                {
                    target[channel] = source[channel];
                }
            }
            else if (from == 1)
            {
                target.Fill(source[0]);
            }
            else
            {
                target[0] = (RedShare * source[0]) + (GreenShare * source[1]) + (BlueShare * source[2]);
            }
        }

        return pixels;
    }

    private static float[] ScaleRows(float[] pixels, int height, int newHeight, int rowLength)
    {
        var scaled = new float[newHeight * rowLength];
        for (int y = 0; y < newHeight; y++)
        {
            Span<float> target = scaled.AsSpan(y * rowLength, rowLength);
            foreach ((int from, float weight) in WeightsOf(y, height, newHeight))
            {
                ReadOnlySpan<float> source = pixels.AsSpan(from * rowLength, rowLength);
                for (int index = 0; index < rowLength; index++)
                {
                    target[index] += weight * source[index];
                }
            }
        }

        return scaled;
    }

    private static float[] ScaleColumns(float[] pixels, int height, int width, int newWidth, int channelCount)
    {
        var scaled = new float[height * newWidth * channelCount];
        for (int x = 0; x < newWidth; x++)
        {
            foreach ((int from, float weight) in WeightsOf(x, width, newWidth))
            {
                for (int y = 0; y < height; y++)
                {
                    int source = ((y * width) + from) * channelCount, target = ((y * newWidth) + x) * channelCount;
                    for (int channel = 0; channel < channelCount; channel++)
                    {
                        scaled[target + channel] += weight * pixels[source + channel];
                    }
                }
            }
        }

        return scaled;
    }

    // A triangle as wide as two of the coarser pixels: linear interpolation, or a mean where the image shrinks.
    private static List<(int From, float Weight)> WeightsOf(int index, int length, int newLength)
    {
        double ratio = (double)length / newLength, reach = Math.Max(1, ratio), centre = ((index + 0.5) * ratio) - 0.5;
        int first = Math.Max(0, (int)Math.Ceiling(centre - reach)), last = Math.Min(length - 1, (int)Math.Floor(centre + reach));
        var weights = new List<(int From, float Weight)>();
        double sum = 0;
        for (int from = first; from <= last; from++)
        {
            double weight = 1 - (Math.Abs(from - centre) / reach);
            sum += weight;
            weights.Add((from, (float)weight));
        }

        return [.. weights.Select(entry => (entry.From, (float)(entry.Weight / sum)))];
    }

    private static byte[] Place(float[] scaled, int width, int height, int side, int channelCount)
    {
        var square = new float[side * side * channelCount];
        int left = (side - width) / 2, top = (side - height) / 2;
        for (int channel = 0; channel < channelCount; channel++)
        {
            float border = BorderMean(scaled, width, height, channelCount, channel);
            for (int index = channel; index < square.Length; index += channelCount)
            {
                square[index] = border;
            }
        }

        for (int y = 0; y < height; y++)
        {
            scaled.AsSpan(y * width * channelCount, width * channelCount)
                .CopyTo(square.AsSpan((((top + y) * side) + left) * channelCount));
        }

        return Round(square);
    }

    private static float BorderMean(float[] pixels, int width, int height, int channelCount, int channel)
    {
        double sum = 0;
        int count = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x += y == 0 || y == height - 1 ? 1 : Math.Max(1, width - 1))
            {
                sum += pixels[(((y * width) + x) * channelCount) + channel];
                count++;
            }
        }

        return (float)(sum / count);
    }

    private static byte[] Round(float[] pixels) => Array.ConvertAll(pixels, value => (byte)Math.Clamp(value + 0.5f, 0, 255));
}
