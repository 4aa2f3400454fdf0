namespace Polymath.Formats.Images;

/// <summary>A decoded image: 8 bits a channel, row by row from the top.</summary>
public sealed class PixelImage
{
    /// <summary>Takes pixels; they are kept, not copied.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channelCount">1 for grey, 3 for red, green and blue.</param>
    /// <param name="pixels">[height, width, channels].</param>
    /// <exception cref="ArgumentException">The number of bytes does not fit the size.</exception>
    public PixelImage(int width, int height, int channelCount, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(pixels);
        if (channelCount is not (1 or 3) || pixels.Length != (long)width * height * channelCount)
        {
            throw new ArgumentException($"{pixels.Length} bytes are no {width} x {height} pixels of {channelCount} channels");
        }

        (Width, Height, ChannelCount, Pixels) = (width, height, channelCount, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Bytes of a pixel: 1 for grey, 3 for red, green and blue.</summary>
    public int ChannelCount { get; }

    /// <summary>[height, width, channels].</summary>
    public byte[] Pixels { get; }
}
