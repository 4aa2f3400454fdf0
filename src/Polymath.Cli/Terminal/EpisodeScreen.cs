using Polymath.Formats.Images;
using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Terminal;

/// <summary>Shows an episode in a terminal as it is played.</summary>
internal static class EpisodeScreen
{
    // A pixel takes two columns.
    private const int ColumnsOfPixel = 2, LargestSide = 60;

    /// <summary>Shows moments one after the other, at most so fast.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="moments">The moments.</param>
    /// <param name="interval">How long each is shown at least.</param>
    /// <param name="seen">Told of every moment.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The last moment.</returns>
    public static EpisodeMoment Show(
        IAnsiConsole console, IEnumerable<EpisodeMoment> moments, TimeSpan interval, Action<EpisodeMoment> seen,
        CancellationToken cancellation)
    {
        EpisodeMoment? last = null;
        console.Live(Text.Empty).Start(live =>
        {
            foreach (EpisodeMoment moment in moments)
            {
                live.UpdateTarget(new Rows(
                    CanvasOf(moment.Image, Screen.WidthOf(console.Profile.Width)),
                    new Text($"step {moment.Step:N0}   {moment.Return:G6} points   {moment.Action}")));
                live.Refresh();
                seen(moment);
                last = moment;
                if (cancellation.WaitHandle.WaitOne(interval))
                {
                    cancellation.ThrowIfCancellationRequested();
                }
            }
        });
        return last!;
    }

    // Every pixel, or every so many where there are more than fit.
    private static Canvas CanvasOf(PixelImage image, int columns)
    {
        int side = Math.Min(LargestSide, columns / ColumnsOfPixel);
        int skip = (Math.Max(image.Width, image.Height) + side - 1) / side;
        int width = (image.Width + skip - 1) / skip, height = (image.Height + skip - 1) / skip;
        var canvas = new Canvas(width, height) { Scale = false };
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int index = ((y * skip * image.Width) + (x * skip)) * image.ChannelCount;
                ReadOnlySpan<byte> pixel = image.Pixels.AsSpan(index, image.ChannelCount);
                canvas.SetPixel(x, y, new Color(pixel[0], pixel[pixel.Length / 2], pixel[^1]));
            }
        }

        return canvas;
    }
}
