using System.Buffers.Binary;

namespace Polymath.Formats.Images.Png;

/// <summary>What a PNG image's header says (section 11.2.1 of the specification).</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="BitDepth">Bits of a sample: 1, 2, 4, 8 or 16.</param>
/// <param name="ColourType">0 grey, 2 colour, 3 palette, 4 grey and opacity, 6 colour and opacity.</param>
/// <param name="IsInterlaced">Whether pixels come in Adam7's seven passes.</param>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, int ColourType, bool IsInterlaced)
{
    public const int Grey = 0, Colour = 2, Palette = 3, GreyAndOpacity = 4, ColourAndOpacity = 6;

    private const int ByteCount = 13;

    /// <summary>Samples of a pixel.</summary>
    public int SampleCount => ColourType switch
    {
        Colour => 3,
        GreyAndOpacity => 2,
        ColourAndOpacity => 4,
        _ => 1,
    };

    /// <summary>Whole bytes of a pixel, at least one: how far filters reach to the left.</summary>
    public int FilterStep => Math.Max(1, SampleCount * BitDepth / 8);

    /// <summary>Bytes of a row of so many pixels.</summary>
    public int RowBytes(int width) => checked((int)((((long)width * SampleCount * BitDepth) + 7) / 8));

    /// <summary>Reads the header's chunk.</summary>
    /// <exception cref="InvalidDataException">It is no valid header, or the image is too large.</exception>
    public static PngHeader Parse(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        if (data.Length != ByteCount)
        {
            throw new InvalidDataException($"has a header of {data.Length} bytes, expected {ByteCount}");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(data), height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        limits.Require(width, height);
        (int depth, int colour) = (data[8], data[9]);
        bool isKnown = colour switch
        {
            Grey => depth is 1 or 2 or 4 or 8 or 16,
            Palette => depth is 1 or 2 or 4 or 8,
            Colour or GreyAndOpacity or ColourAndOpacity => depth is 8 or 16,
            _ => false,
        };
        return isKnown && data[10] == 0 && data[11] == 0 && data[12] <= 1
            ? new PngHeader((int)width, (int)height, depth, colour, data[12] == 1)
            : throw new InvalidDataException(
                $"has an unknown mode: colour type {colour} of {depth} bits, compression {data[10]}, filter {data[11]}, "
                + $"interlace {data[12]}");
    }
}
