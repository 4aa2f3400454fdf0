using Polymath.Learning;

namespace Polymath.Fields.Games.Minatar;

/// <summary>Published mean returns of the games.</summary>
internal static class MinatarReferences
{
    private const string
        DeepQ = "DQN, 5 million frames (Young and Tian, 2019)",
        ActorCritic = "actor-critic, 5 million frames (Young and Tian, 2019)",
        Proximal = "PPO, 20 million frames (published range)";

    private static readonly (string Game, double DeepQ, double ActorCritic, double ProximalLow, double ProximalHigh)[] Figures =
    [
        ("asterix", 17, 20, 22, 25),
        ("breakout", 10, 17.5, 50, 50),
        ("freeway", 50, 47, 64, 64),
        ("seaquest", 20, 15, 54, 54),
        ("space-invaders", 44, 182, 145, 153),
    ];

    /// <summary>All of them, each with its game.</summary>
    public static IEnumerable<ReferenceFigure> All => Figures.SelectMany(
        figure => Of(figure.Game).Select(reference => reference with { Name = $"{figure.Game}, {reference.Name}" }));

    /// <summary>Those of a game.</summary>
    public static IReadOnlyList<ReferenceFigure> Of(string game)
    {
        var figure = Figures.Single(figure => figure.Game == game);
        string metric = PolicyExamination.MeanReturn;
        return
        [
            new(DeepQ, metric, figure.DeepQ),
            new(ActorCritic, metric, figure.ActorCritic),
            new(Proximal, metric, (figure.ProximalLow + figure.ProximalHigh) / 2),
        ];
    }
}
