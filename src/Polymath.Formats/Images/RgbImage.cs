using Polymath.Formats.Files;

namespace Polymath.Formats.Images;

/// <summary>An image of red, green and blue, 8 bits each.</summary>
public sealed class RgbImage
{
    /// <summary>How many bytes a pixel has.</summary>
    public const int ChannelCount = 3;

    private readonly byte[] _pixels;

    /// <summary>Creates a black image.</summary>
    public RgbImage(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        Width = width;
        Height = height;
        _pixels = new byte[checked(width * height * ChannelCount)];
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>[height, width, 3], row by row from the top.</summary>
    public Span<byte> Pixels => _pixels;

    /// <summary>The three bytes of one pixel.</summary>
    public Span<byte> this[int x, int y]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)x, (uint)Width, nameof(x));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
            return _pixels.AsSpan(((y * Width) + x) * ChannelCount, ChannelCount);
        }
    }

    /// <summary>Writes the image as PNG, whole or not at all.</summary>
    /// <inheritdoc cref="AtomicFile.Write" path="/exception"/>
    public void SavePng(string path) =>
        AtomicFile.Write(path, stream => PngWriter.Write(stream, Width, Height, PngColour.Rgb, Pixels));
}
