using Polymath.Formats.Images;

namespace Polymath.Learning;

/// <summary>A moment of an episode.</summary>
/// <param name="Step">Actions so far.</param>
/// <param name="Image">What there is to see.</param>
/// <param name="Action">The action that was chosen to come here; empty at the beginning.</param>
/// <param name="Return">All that was earned so far.</param>
/// <param name="IsEnd">Whether the episode ends here.</param>
public sealed record EpisodeMoment(int Step, PixelImage Image, string Action, double Return, bool IsEnd);

/// <summary>A session that plays for people to watch: a capability of some fields.</summary>
public interface IPlayer
{
    /// <summary>Plays an episode, moment by moment.</summary>
    /// <param name="seed">The same seed, the same episode.</param>
    IEnumerable<EpisodeMoment> Play(ulong seed);
}
