using Polymath.Learning;

namespace Polymath.Fields.Games;

/// <summary>A game that can be learnt.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Open">Makes so many worlds of it.</param>
/// <param name="Usual">Counts of worlds, steps and episodes where the recipe does not say.</param>
/// <param name="References">Published mean returns.</param>
internal sealed record GameSource(
    string Name, Func<int, IEnvironments> Open, ReinforcementRecipe Usual, IReadOnlyList<ReferenceFigure> References);
