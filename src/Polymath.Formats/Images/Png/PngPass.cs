namespace Polymath.Formats.Images.Png;

/// <summary>A pass over an image: every so many pixels, from a first one on.</summary>
internal readonly record struct PngPass(int Left, int Top, int StepX, int StepY, int Width, int Height)
{
    // Adam7 (section 8.1).
    private static readonly (int Left, int Top, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>The passes of an image.</summary>
    public static IEnumerable<PngPass> Of(PngHeader header)
    {
        IEnumerable<(int Left, int Top, int StepX, int StepY)> passes = header.IsInterlaced ? Adam7 : [(0, 0, 1, 1)];
        return passes.Select(pass => new PngPass(
            pass.Left, pass.Top, pass.StepX, pass.StepY, Count(header.Width, pass.Left, pass.StepX),
            Count(header.Height, pass.Top, pass.StepY)));
    }

    private static int Count(int length, int first, int step) => (length - first + step - 1) / step;
}
