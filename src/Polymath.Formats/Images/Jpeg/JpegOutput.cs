namespace Polymath.Formats.Images.Jpeg;

/// <summary>Turns coefficients into pixels: the inverse cosine transform, finer chroma, colours.</summary>
internal static class JpegOutput
{
    private const int Side = 8;

    // The order of coefficients in the file (ITU-T T.81, figure 5).
    private static readonly byte[] Zigzag =
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
        55, 62, 63,
    ];

    // [frequency, place]: the cosines of the transform, scaled.
    private static readonly float[] Cosines = MakeCosines();

    /// <summary>The image.</summary>
    /// <exception cref="InvalidDataException">A component never came.</exception>
    public static PixelImage ToImage(JpegFrame frame, JpegTables tables, int orientation)
    {
        float[][] planes = [.. frame.Components.Select(component => Refine(Transform(component), component, frame))];
        int count = frame.Width * frame.Height, channels = planes.Length == 1 ? 1 : 3;
        var pixels = new byte[checked(count * channels)];
        bool isPrint = planes.Length == 4;

        // Without a marker three components are YCbCr unless they are called R, G, B, and four are as they are.
        bool isRgb = frame.Components is [{ Id: 'R' }, { Id: 'G' }, { Id: 'B' }];
        bool isYcc = (tables.AdobeTransform ?? (isPrint || isRgb ? 0 : 1)) != 0;
        for (int pixel = 0; pixel < count; pixel++)
        {
            Span<byte> target = pixels.AsSpan(pixel * channels, channels);
            if (channels == 1)
            {
                target[0] = ToByte(planes[0][pixel]);
                continue;
            }

            (float first, float second, float third) = (planes[0][pixel], planes[1][pixel], planes[2][pixel]);
            if (isYcc)
            {
                (float cb, float cr) = (second - 128, third - 128);
                (first, second, third) =
                    (first + (1.402f * cr), first - (0.344136f * cb) - (0.714136f * cr), first + (1.772f * cb));
            }

            // Adobe's printing colours are inverted: 255 is no ink.
            float light = isPrint ? Math.Clamp(planes[3][pixel], 0, 255) / 255 : 1;
            (target[0], target[1], target[2]) = (Shade(first, light), Shade(second, light), Shade(third, light));
        }

        return ExifOrientation.Apply(new PixelImage(frame.Width, frame.Height, channels, pixels), orientation);
    }

    private static byte Shade(float value, float light) => ToByte(Math.Clamp(value, 0, 255) * light);

    private static byte ToByte(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);

    private static float[] MakeCosines()
    {
        var cosines = new float[Side * Side];
        for (int frequency = 0; frequency < Side; frequency++)
        {
            for (int place = 0; place < Side; place++)
            {
                double scale = frequency == 0 ? Math.Sqrt(0.125) : 0.5;
                cosines[(frequency * Side) + place] =
                    (float)(scale * Math.Cos(((2 * place) + 1) * frequency * Math.PI / (2 * Side)));
            }
        }

        return cosines;
    }

    // The samples of whole blocks [8·blocks down, 8·blocks across].
    private static float[] Transform(JpegComponent component)
    {
        ushort[] quantisation = component.Quantisation ?? throw new InvalidDataException("lacks a component: no scan brings it");
        int stride = component.BlocksAcross * Side;
        var samples = new float[checked(stride * component.BlocksDown * Side)];
        Span<float> values = stackalloc float[JpegComponent.BlockSize], rows = stackalloc float[JpegComponent.BlockSize];
        for (int down = 0; down < component.BlocksDown; down++)
        {
            for (int across = 0; across < component.BlocksAcross; across++)
            {
                ReadOnlySpan<short> block = component.Block(across, down);
                for (int index = 0; index < block.Length; index++)
                {
                    values[Zigzag[index]] = block[index] * quantisation[index];
                }

                Transform(values, rows, samples.AsSpan((down * Side * stride) + (across * Side)), stride);
            }
        }

        return samples;
    }

    private static void Transform(ReadOnlySpan<float> values, Span<float> rows, Span<float> samples, int stride)
    {
        for (int v = 0; v < Side; v++)
        {
            for (int x = 0; x < Side; x++)
            {
                float sum = 0;
                for (int u = 0; u < Side; u++)
                {
                    sum += values[(v * Side) + u] * Cosines[(u * Side) + x];
                }

                rows[(v * Side) + x] = sum;
            }
        }

        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float sum = 128;
                for (int v = 0; v < Side; v++)
                {
                    sum += rows[(v * Side) + x] * Cosines[(v * Side) + y];
                }

                samples[(y * stride) + x] = sum;
            }
        }
    }

    // One value a pixel: between samples, which lie in the middle of their pixels, by linear interpolation.
    private static float[] Refine(float[] samples, JpegComponent component, JpegFrame frame)
    {
        int stride = component.BlocksAcross * Side;
        float ratioX = (float)component.FactorX / frame.MaxFactorX, ratioY = (float)component.FactorY / frame.MaxFactorY;
        var plane = new float[frame.Width * frame.Height];
        for (int y = 0; y < frame.Height; y++)
        {
            (int top, int bottom, float shareY) = Between(y, ratioY, component.Height);
            for (int x = 0; x < frame.Width; x++)
            {
                (int left, int right, float shareX) = Between(x, ratioX, component.Width);
                float above = Mix(samples[(top * stride) + left], samples[(top * stride) + right], shareX);
                float below = Mix(samples[(bottom * stride) + left], samples[(bottom * stride) + right], shareX);
                plane[(y * frame.Width) + x] = Mix(above, below, shareY);
            }
        }

        return plane;
    }

    private static (int Low, int High, float Share) Between(int place, float ratio, int count)
    {
        float at = Math.Clamp(((place + 0.5f) * ratio) - 0.5f, 0, count - 1);
        int low = (int)at;
        return (low, Math.Min(low + 1, count - 1), at - low);
    }

    private static float Mix(float low, float high, float share) => low + ((high - low) * share);
}
