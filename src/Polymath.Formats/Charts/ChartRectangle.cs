namespace Polymath.Formats.Charts;

/// <summary>A rectangle of whole pixels; right and bottom are the first pixels outside.</summary>
internal readonly record struct ChartRectangle(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public int Height => Bottom - Top;

    /// <summary>A rectangle larger by a margin on each side, within an image.</summary>
    public ChartRectangle Grown(int margin, int imageWidth, int imageHeight) => new(
        Math.Max(0, Left - margin),
        Math.Max(0, Top - margin),
        Math.Min(imageWidth, Right + margin),
        Math.Min(imageHeight, Bottom + margin));
}
