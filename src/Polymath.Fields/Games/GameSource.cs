using Polymath.Learning;

namespace Polymath.Fields.Games;

/// <summary>A game that can be learnt.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Open">Makes so many worlds of it.</param>
/// <param name="EnvironmentCount">Worlds that are played in side by side where the recipe does not say.</param>
/// <param name="References">Published mean returns.</param>
internal sealed record GameSource(
    string Name, Func<int, IEnvironments> Open, int EnvironmentCount, IReadOnlyList<ReferenceFigure> References);
