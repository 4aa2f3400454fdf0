namespace Polymath.Formats.Charts;

/// <summary>A colour of a chart, sRGB.</summary>
internal readonly record struct ChartColour(byte Red, byte Green, byte Blue)
{
    public static readonly ChartColour Background = FromHex(0xffffff);
    public static readonly ChartColour Grid = FromHex(0xe8eaee);
    public static readonly ChartColour Axis = FromHex(0x9aa3af);
    public static readonly ChartColour Text = FromHex(0x1f2430);
    public static readonly ChartColour QuietText = FromHex(0x4d5663);

    // Told apart by lightness as well as hue, so that they stay distinct for the colour-blind and in print.
    private static readonly ChartColour[] Series =
    [
        FromHex(0x2563b0), FromHex(0xd9593d), FromHex(0x2f8f6b), FromHex(0xe0a02f),
        FromHex(0x7a56b8), FromHex(0x17a2b8), FromHex(0xb8447c), FromHex(0x6b7280),
    ];

    /// <summary>The colour of a series; the palette repeats after eight.</summary>
    public static ChartColour OfSeries(int index) => Series[index % Series.Length];

    private static ChartColour FromHex(int rgb) => new((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);
}
