using Polymath.Learning;

namespace Polymath.Fields.Games.Minatar;

/// <summary>One of the games that come with the field.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Description">What it is, in one line.</param>
/// <param name="Open">Makes so many worlds of it.</param>
public sealed record MinatarGame(string Name, string Description, Func<int, IEnvironments> Open);

/// <summary>The games that come with the field.</summary>
public static class MinatarGames
{
    /// <summary>All of them, the default first.</summary>
    public static IReadOnlyList<MinatarGame> All { get; } =
    [
        new("breakout", "a ball, a paddle and bricks", count => new MinatarEnvironments<Breakout>(count)),
        new("freeway", "a chicken crosses eight lanes of cars", count => new MinatarEnvironments<Freeway>(count)),
        new("asterix", "gold to take and enemies to avoid", count => new MinatarEnvironments<Asterix>(count)),
        new("space-invaders", "aliens that march and shoot", count => new MinatarEnvironments<SpaceInvaders>(count)),
        new("seaquest", "a submarine among fish, divers and enemies", count => new MinatarEnvironments<Seaquest>(count)),
    ];
}
