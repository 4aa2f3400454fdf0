using Polymath.Compute;
using Polymath.Fields.Games.External;
using Polymath.Fields.Games.Libretro;
using Polymath.Fields.Games.Minatar;
using Polymath.Formats.Json;
using Polymath.Learning;

namespace Polymath.Fields.Games;

/// <summary>Finds the game that a recipe names: one that comes with the field, or the file of another.</summary>
internal static class GameSources
{
    private const string FileExtension = ".json";
    private const int LargestFileBytes = 1 << 20;

    // So many that the network's products are large; the games themselves take next to no time.
    private static readonly ReinforcementRecipe Quick = new()
    {
        EnvironmentCount = 128, RolloutSteps = 64, BatchSize = 1024, QuickEpisodeCount = 64, FullEpisodeCount = 256,
    };

    // A process or a console a world, whose steps take their time (Schulman et al., 2017, table 5).
    private static readonly ReinforcementRecipe Slow = new()
    {
        EnvironmentCount = 8, RolloutSteps = 128, BatchSize = 256, QuickEpisodeCount = 8, FullEpisodeCount = 32,
    };

    /// <summary>The game of a recipe's data; none: the default.</summary>
    /// <exception cref="InvalidInputException">There are several, or there is no such game, or its file is wrong.</exception>
    public static GameSource Find(IReadOnlyList<string> data)
    {
        if (data.Count > 1)
        {
            throw new InvalidInputException($"a run learns one game, found {data.Count}: {string.Join(", ", data)}");
        }

        string name = data.Count == 0 ? MinatarGames.All[0].Name : data[0];
        if (name.EndsWith(FileExtension, StringComparison.OrdinalIgnoreCase))
        {
            return Read(name);
        }

        MinatarGame game = MinatarGames.All.FirstOrDefault(game => game.Name == name)
            ?? throw new InvalidInputException(
                $"unknown game '{name}', expected one of: {string.Join(", ", MinatarGames.All.Select(game => game.Name))}; or a "
                + $"{FileExtension} file of your own");
        return new GameSource(game.Name, game.Open, Quick, MinatarReferences.Of(game.Name));
    }

    private static GameSource Read(string path)
    {
        StrictJsonValue root = StrictJson.ReadFile(path, LargestFileBytes);
        if (root.TryGet(ExternalGame.ProgramKey, out _))
        {
            ExternalGame external = ExternalGame.Read(path, root);
            return new GameSource(path, count => new ExternalEnvironments(external, count), Slow, []);
        }

        if (root.TryGet(LibretroGame.CoreKey, out _))
        {
            LibretroGame console = LibretroGame.Read(path, root);
            return new GameSource(path, count => new LibretroEnvironments(console, count), Slow, []);
        }

        throw root.Fault(
            $"lacks the key '{ExternalGame.ProgramKey}' of a simulator or '{LibretroGame.CoreKey}' of a game for a console");
    }
}
