namespace Polymath.Formats.Images;

/// <summary>What an image from outside may cost; larger ones are refused before memory is taken.</summary>
/// <param name="MaxFileBytes">The largest file.</param>
/// <param name="MaxSide">The most pixels of a row or column.</param>
/// <param name="MaxPixels">The most pixels.</param>
public sealed record ImageLimits(int MaxFileBytes, int MaxSide, int MaxPixels)
{
    /// <summary>Room for any camera: 256 MiB, 32 768 pixels a side, 128 million in all.</summary>
    public static ImageLimits Default { get; } = new(256 << 20, 32_768, 128 << 20);

    /// <summary>Demands that a size is within the limits.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    internal void Require(long width, long height)
    {
        if (width < 1 || height < 1 || width > MaxSide || height > MaxSide || width * height > MaxPixels)
        {
            throw new InvalidDataException(
                $"has {width} x {height} pixels, expected 1 to {MaxSide} a side and at most {MaxPixels} in all");
        }
    }
}
