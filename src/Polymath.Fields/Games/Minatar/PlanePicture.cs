using Polymath.Formats.Images;

namespace Polymath.Fields.Games.Minatar;

/// <summary>Planes as one picture: a colour a plane, the first, which is the player's, above the others.</summary>
internal static class PlanePicture
{
    private const int Background = 0x14181f;

    private static readonly int[] Colours =
    [
        0xf5f5f0, 0xe8743b, 0x3a6ea5, 0xf2c14e, 0xb04a9b, 0x6ecb8a, 0xd64550, 0x5bc0de, 0xc9a0dc, 0x8d99ae,
    ];

    /// <summary>Draws an observation, a pixel a cell.</summary>
    /// <param name="cells">[Side, Side, planes].</param>
    /// <param name="planeCount">The planes.</param>
    public static PixelImage Draw(ReadOnlySpan<float> cells, int planeCount)
    {
        const int Channels = 3, Side = IMinatarGame.Side;
        byte[] pixels = new byte[Side * Side * Channels];
        for (int cell = 0; cell < Side * Side; cell++)
        {
            int plane = cells.Slice(cell * planeCount, planeCount).IndexOfAnyExcept(0f);
            int colour = plane < 0 ? Background : Colours[plane];
            (pixels[cell * Channels], pixels[(cell * Channels) + 1], pixels[(cell * Channels) + 2]) =
                ((byte)(colour >> 16), (byte)(colour >> 8), (byte)colour);
        }

        return new PixelImage(Side, Side, Channels, pixels);
    }
}
