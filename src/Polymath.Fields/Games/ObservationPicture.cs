using Polymath.Formats.Images;
using Polymath.Learning;

namespace Polymath.Fields.Games;

/// <summary>What a network sees, as a picture for people.</summary>
internal static class ObservationPicture
{
    private const int Background = 0x14181f;

    // Pixels that the bars of a vector are high.
    private const int BarHeight = 16;

    private static readonly int[] Colours =
    [
        0xf5f5f0, 0xe8743b, 0x3a6ea5, 0xf2c14e, 0xb04a9b, 0x6ecb8a, 0xd64550, 0x5bc0de, 0xc9a0dc, 0x8d99ae,
    ];

    /// <summary>
    /// Draws an observation: one channel as grey, three as colour, more as planes, a colour a plane with the first above
    /// the others; a vector as bars of its numbers' sizes.
    /// </summary>
    /// <param name="observation">[Side, Side, ChannelCount], from 0 to 1.</param>
    /// <param name="shape">Its shape.</param>
    public static PixelImage Draw(ReadOnlySpan<float> observation, EnvironmentShape shape) => shape switch
    {
        { Side: 1 } => DrawBars(observation),
        { ChannelCount: 1 or 3 } => new PixelImage(shape.Side, shape.Side, shape.ChannelCount, ToBytes(observation)),
        _ => DrawPlanes(observation, shape.Side, shape.ChannelCount),
    };

    private static byte[] ToBytes(ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length];
        for (int index = 0; index < bytes.Length; index++)
        {
            bytes[index] = (byte)Math.Round(byte.MaxValue * Math.Clamp(values[index], 0, 1));
        }

        return bytes;
    }

    private static PixelImage DrawBars(ReadOnlySpan<float> values)
    {
        byte[] heights = ToBytes(values), pixels = new byte[BarHeight * values.Length];
        for (int pixel = 0; pixel < pixels.Length; pixel++)
        {
            int fromBelow = BarHeight - 1 - (pixel / values.Length);
            bool isBar = heights[pixel % values.Length] * BarHeight > fromBelow * byte.MaxValue;
            pixels[pixel] = isBar ? byte.MaxValue : (byte)0;
        }

        return new PixelImage(values.Length, BarHeight, 1, pixels);
    }

    private static PixelImage DrawPlanes(ReadOnlySpan<float> cells, int side, int planeCount)
    {
        const int Channels = 3;
        byte[] pixels = new byte[side * side * Channels];
        for (int cell = 0; cell < side * side; cell++)
        {
            int plane = cells.Slice(cell * planeCount, planeCount).IndexOfAnyExcept(0f);
            int colour = plane < 0 ? Background : Colours[plane % Colours.Length];
            (pixels[cell * Channels], pixels[(cell * Channels) + 1], pixels[(cell * Channels) + 2]) =
                ((byte)(colour >> 16), (byte)(colour >> 8), (byte)colour);
        }

        return new PixelImage(side, side, Channels, pixels);
    }
}
