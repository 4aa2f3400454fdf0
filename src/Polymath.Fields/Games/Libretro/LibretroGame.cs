using System.Runtime.InteropServices;
using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Fields.Games.Libretro;

/// <summary>A part of the score.</summary>
/// <param name="Value">Where it is.</param>
/// <param name="Worth">What one of it earns.</param>
internal sealed record ScorePart(MemoryValue Value, double Worth);

/// <summary>What ends an episode.</summary>
/// <param name="Value">Where it is.</param>
/// <param name="Low">From which value on.</param>
/// <param name="High">To which value.</param>
internal sealed record EndCondition(MemoryValue Value, double Low, double High)
{
    /// <summary>Whether it is so now.</summary>
    public bool IsMet(ReadOnlySpan<byte> memory)
    {
        double value = Value.In(memory);
        return value >= Low && value <= High;
    }
}

/// <summary>Buttons pressed for some frames.</summary>
/// <param name="Buttons">A bit a button.</param>
/// <param name="Frames">How long.</param>
internal readonly record struct ButtonPress(ushort Buttons, int Frames);

/// <summary>A game for a console, and how its memory tells the score and the end.</summary>
internal sealed record LibretroGame
{
    /// <summary>The key that makes a file one of this kind.</summary>
    public const string CoreKey = "core";

    private const int LargestFrames = 100_000, LargestSide = 256, LargestActionCount = 256;

    /// <summary>What messages call it: its file.</summary>
    public required string Name { get; init; }

    /// <summary>The core's library.</summary>
    public required string CorePath { get; init; }

    /// <summary>The game.</summary>
    public required string RomPath { get; init; }

    /// <summary>The actions: names and buttons.</summary>
    public required IReadOnlyList<(string Name, ushort Buttons)> Actions { get; init; }

    /// <summary>What earns something when it grows.</summary>
    public required IReadOnlyList<ScorePart> Score { get; init; }

    /// <summary>Each of which ends an episode.</summary>
    public required IReadOnlyList<EndCondition> Ends { get; init; }

    /// <summary>What is pressed before an episode begins.</summary>
    public required IReadOnlyList<ButtonPress> Start { get; init; }

    /// <summary>Frames that an action lasts.</summary>
    public int FrameSkip { get; init; } = 4;

    /// <summary>Frames that are seen at once.</summary>
    public int FrameStack { get; init; } = 4;

    /// <summary>Pixels of a seen frame's side.</summary>
    public int Side { get; init; } = 84;

    /// <summary>The most that a step earns or costs; 0: as much as it does.</summary>
    public double Clip { get; init; }

    /// <summary>Reads its description.</summary>
    /// <param name="path">The file; core and game are looked for beside it.</param>
    /// <param name="root">What it holds.</param>
    /// <exception cref="InvalidInputException">A key is unknown or has a wrong value, or there is no such core.</exception>
    public static LibretroGame Read(string path, StrictJsonValue root)
    {
        root.RequireOnly(
            CoreKey, "rom", "actions", "score", "end", "start", "frameSkip", "frameStack", "side", "clip");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var game = new LibretroGame
        {
            Name = path,
            CorePath = FindCore(root[CoreKey], folder),
            RomPath = Path.Combine(folder, root["rom"].AsString()),
            Actions = ReadActions(root["actions"]),
            Score = [.. root["score"].Items().Select(ReadScore)],
            Ends = root.TryGet("end", out StrictJsonValue ends) ? [.. ends.Items().Select(ReadEnd)] : [],
            Start = root.TryGet("start", out StrictJsonValue start) ? [.. start.Items().Select(ReadPress)] : [],
        };
        if (game.Score.Count == 0)
        {
            throw root["score"].Fault("must say at least one number that grows with the score");
        }

        return game with
        {
            FrameSkip = Number("frameSkip", game.FrameSkip, 1, 60), FrameStack = Number("frameStack", game.FrameStack, 1, 16),
            Side = Number("side", game.Side, 8, LargestSide),
            Clip = root.TryGet("clip", out StrictJsonValue clip) && clip.AsDouble() is double largest
                ? largest >= 0 ? largest : throw clip.Fault("must not be below 0")
                : game.Clip,
        };

        int Number(string key, int usual, int low, int high) =>
            root.TryGet(key, out StrictJsonValue value) ? value.AsInt32(low, high) : usual;
    }

    private static string FindCore(StrictJsonValue core, string folder)
    {
        string name = core.AsString(), beside = Path.Combine(folder, name);
        if (File.Exists(beside))
        {
            return beside;
        }

        string file = OperatingSystem.IsWindows() ? $"{name}_libretro.dll"
            : OperatingSystem.IsMacOS() ? $"{name}_libretro.dylib" : $"{name}_libretro.so";
        string triplet = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] places =
        [
            $"/usr/lib/{triplet}/libretro", "/usr/lib/libretro", "/usr/local/lib/libretro",
            Path.Combine(home, ".config/retroarch/cores"),
        ];
        return places.Select(place => Path.Combine(place, file)).FirstOrDefault(File.Exists)
            ?? throw core.Fault(
                $"names a core that is not there: install it (Debian: apt-get install libretro-{name}), or say the path of its "
                + $"library; looked in {folder}, {string.Join(", ", places)}");
    }

    private static List<(string Name, ushort Buttons)> ReadActions(StrictJsonValue value)
    {
        var actions = new List<(string Name, ushort Buttons)>();
        foreach (StrictJsonValue action in value.Items())
        {
            string name = action.AsString();
            actions.Add((name.Length == 0 ? "none" : name, ReadButtons(action)));
        }

        return actions.Count is >= 2 and <= LargestActionCount
            ? actions
            : throw value.Fault($"has {actions.Count} actions, expected 2 to {LargestActionCount}");
    }

    // Names joined by a plus sign; none, or an empty text: nothing is pressed.
    private static ushort ReadButtons(StrictJsonValue value)
    {
        int buttons = 0;
        foreach (string name in value.AsString().Split('+', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int bit = LibretroApi.Buttons.IndexOf(name);
            if (bit < 0 && name != "none")
            {
                throw value.Fault($"names the button {Quotation.Of(name)}, expected: {string.Join(", ", LibretroApi.Buttons)}");
            }

            buttons |= bit < 0 ? 0 : 1 << bit;
        }

        return (ushort)buttons;
    }

    private static ScorePart ReadScore(StrictJsonValue value)
    {
        value.RequireOnly([.. MemoryValue.Keys, "worth"]);
        return new ScorePart(
            MemoryValue.Read(value), value.TryGet("worth", out StrictJsonValue worth) ? worth.AsDouble() : 1);
    }

    private static EndCondition ReadEnd(StrictJsonValue value)
    {
        value.RequireOnly([.. MemoryValue.Keys, "equals", "from", "to"]);
        MemoryValue place = MemoryValue.Read(value);
        if (value.TryGet("equals", out StrictJsonValue exact))
        {
            return new EndCondition(place, exact.AsDouble(), exact.AsDouble());
        }

        bool hasLow = value.TryGet("from", out StrictJsonValue low), hasHigh = value.TryGet("to", out StrictJsonValue high);
        return hasLow || hasHigh
            ? new EndCondition(
                place, hasLow ? low.AsDouble() : double.MinValue, hasHigh ? high.AsDouble() : double.MaxValue)
            : throw value.Fault("must say 'equals', 'from' or 'to'");
    }

    private static ButtonPress ReadPress(StrictJsonValue value)
    {
        value.RequireOnly("press", "frames");
        return new ButtonPress(
            value.TryGet("press", out StrictJsonValue press) ? ReadButtons(press) : (ushort)0,
            value["frames"].AsInt32(1, LargestFrames));
    }
}
