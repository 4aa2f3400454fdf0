using Polymath.Formats.Charts;
using Polymath.Formats.Images;

namespace Polymath.Learning;

/// <summary>Moments of an episode, kept as pictures: an animation, or a sheet of them side by side.</summary>
public sealed class EpisodeFilm
{
    // Pixels that an animation is wide or high at least, and pictures of a sheet.
    private const int SmallestSide = 200, SheetPictures = 36, SheetColumns = 9;

    private readonly List<EpisodeMoment> _moments = [];

    /// <summary>Moments so far.</summary>
    public int Count => _moments.Count;

    /// <summary>What it shows, in a few words.</summary>
    public string Summary => _moments.Count == 0 ? "nothing" :
        $"{_moments[^1].Return:G6} points in {_moments[^1].Step:N0} steps" + (_moments[^1].IsEnd ? "" : ", not to its end");

    /// <summary>Appends a moment.</summary>
    public void Add(EpisodeMoment moment) => _moments.Add(moment);

    /// <summary>Writes all moments as an animated GIF.</summary>
    public void SaveAnimation(string path)
    {
        PixelImage first = _moments[0].Image;
        int larger = Math.Max(first.Width, first.Height);
        var animation = new GifAnimation { Enlargement = (SmallestSide + larger - 1) / larger };
        foreach (EpisodeMoment moment in _moments)
        {
            animation.Add(moment.Image);
        }

        animation.Save(path);
    }

    /// <summary>Writes some of the moments, evenly from the first to the last, side by side as PNG.</summary>
    public void SaveSheet(string path)
    {
        var grid = new ImageGrid { Title = Summary, ColumnCount = SheetColumns };
        int count = Math.Min(SheetPictures, _moments.Count);
        for (int index = 0; index < count; index++)
        {
            EpisodeMoment moment = _moments[index * (_moments.Count - 1) / Math.Max(1, count - 1)];
            grid.Add(moment.Image, $"step {moment.Step}, {moment.Return:G6} points", moment.Action);
        }

        grid.Render().SavePng(path);
    }
}
