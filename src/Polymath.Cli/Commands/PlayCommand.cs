using System.CommandLine;
using System.Text.Json;
using Polymath.Cli.Terminal;
using Polymath.Compute;
using Polymath.Learning;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath play</c>: lets a trained network play an episode, in the terminal and into a file.</summary>
internal sealed class PlayCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run's folder." };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "Write the episode: .gif moves, .png shows moments side by side.",
        HelpName = "file",
    };

    private readonly Option<ulong> _seed = NumberOption.Create<ulong>(
        "--seed", "number", "The same seed and run play the same episode.", 1);

    private readonly Option<int> _steps = NumberOption.Create(
        "--steps", "count", "Steps after which no more is shown.", 2000, steps => steps >= 1, "1 or more");

    private readonly Option<float> _rate = NumberOption.Create(
        "--rate", "count", "Steps a second in the terminal.", 15f, rate => rate is > 0 and <= 1000, "above 0 and at most 1000");

    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<int> _threads = CommonOptions.Threads();

    public static Command Create()
    {
        var parts = new PlayCommand();
        var command = new DocumentedCommand(
            "play",
            "Let a trained network play an episode: in the terminal, and into a file.",
            """
            polymath play runs/games-1
            polymath play runs/games-1 --seed 7 --out episode.gif
            polymath play runs/games-1 --json
            """)
        {
            parts._run, parts._out, parts._seed, parts._steps, parts._rate, parts._json, parts._threads,
        };
        command.SetAction(parsed => Interruption.Run(interruption => parts.Execute(parsed, interruption.Token)));
        return command;
    }

    private int Execute(ParseResult parsed, CancellationToken cancellation)
    {
        string? path = parsed.GetValue(_out);
        RequireWritable(path);
        using RunSession run = RunSession.Open(
            parsed.GetRequiredValue(_run), SessionPurpose.Inference,
            new RunOptions(parsed.GetValue(_threads), [], Console.Error.WriteLine));
        if (run.Session is not IPlayer player)
        {
            throw new InvalidInputException($"the field {run.Field.Name} does not play");
        }

        bool isJson = parsed.GetValue(_json);
        IEnumerable<EpisodeMoment> moments = player.Play(parsed.GetValue(_seed)).Take(parsed.GetValue(_steps) + 1);
        var film = new EpisodeFilm();
        EpisodeMoment last = Screen.IsLive && !isJson
            ? EpisodeScreen.Show(Screen.Console, moments, TimeSpan.FromSeconds(1 / parsed.GetValue(_rate)), film.Add, cancellation)
            : Watch(moments, film, cancellation);
        Save(film, path);
        if (isJson)
        {
            WriteJson(last, path);
        }
        else
        {
            Console.WriteLine(film.Summary + (path is null ? "" : $": {path}"));
        }

        return 0;
    }

    private static EpisodeMoment Watch(
        IEnumerable<EpisodeMoment> moments, EpisodeFilm film, CancellationToken cancellation)
    {
        EpisodeMoment? last = null;
        foreach (EpisodeMoment moment in moments)
        {
            cancellation.ThrowIfCancellationRequested();
            film.Add(moment);
            last = moment;
        }

        return last!;
    }

    private static void RequireWritable(string? path)
    {
        if (path is null)
        {
            return;
        }

        if (Path.GetExtension(path) is not (".gif" or ".png"))
        {
            throw new InvalidInputException($"{path}: expected a name that ends in .gif or .png");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is string folder && !Directory.Exists(folder))
        {
            throw new InvalidInputException($"{path}: the folder {folder} does not exist");
        }
    }

    private static void Save(EpisodeFilm film, string? path)
    {
        switch (Path.GetExtension(path))
        {
            case ".gif":
                film.SaveAnimation(path!);
                break;
            case ".png":
                film.SaveSheet(path!);
                break;
        }
    }

    private static void WriteJson(EpisodeMoment last, string? path)
    {
        using Stream output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("return", last.Return);
            json.WriteNumber("steps", last.Step);
            json.WriteBoolean("isEnd", last.IsEnd);
            json.WriteString("file", path);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
