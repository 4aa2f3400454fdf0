using Polymath.Compute;
using Polymath.Fields.Games.Minatar;

namespace Polymath.Fields.Games;

/// <summary>Finds the game that a recipe names.</summary>
internal static class GameSources
{
    // So many that the network's products are large; the games themselves take next to no time.
    private const int MinatarEnvironmentCount = 128;

    /// <summary>The game of a recipe's data; none: the default.</summary>
    /// <exception cref="InvalidInputException">There are several, or there is no such game.</exception>
    public static GameSource Find(IReadOnlyList<string> data)
    {
        if (data.Count > 1)
        {
            throw new InvalidInputException($"a run learns one game, found {data.Count}: {string.Join(", ", data)}");
        }

        string name = data.Count == 0 ? MinatarGames.All[0].Name : data[0];
        MinatarGame game = MinatarGames.All.FirstOrDefault(game => game.Name == name)
            ?? throw new InvalidInputException(
                $"unknown game '{name}', expected one of: {string.Join(", ", MinatarGames.All.Select(game => game.Name))}");
        return new GameSource(game.Name, game.Open, MinatarEnvironmentCount, MinatarReferences.Of(game.Name));
    }
}
