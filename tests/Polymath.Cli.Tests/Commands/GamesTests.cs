using System.Globalization;
using System.Text.Json;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

/// <summary>The field that acts, from the command line: what serves the others serves it unchanged.</summary>
public sealed class GamesTests(GamesTests.TrainedPlayer run) : IClassFixture<GamesTests.TrainedPlayer>
{
    private const int Steps = 240;

    // Five places, of which the last earns a point; it dies where more episodes are begun than a file allows.
    private const string Corridor = """
        see() { local s=(0 0 0 0 0); s[$1]=1; local IFS=,; echo "[${s[*]}]"; }
        while read -r line; do
          a=${line//[^0-9]/} r=0 end=false
          case $line in
            '{"polymath":1}') echo '{"side":1,"channels":5,"actions":["left","right"]}' ;;
            '{"start":'*)
              echo >> starts
              if [ -e limit ] && [ "$(wc -l < starts)" -gt "$(cat limit)" ]; then echo "no more" >&2; exit 7; fi
              place=0; echo "{\"seen\":$(see 0)}" ;;
            *)
              if [ "$a" = 1 ]; then place=$((place + 1)); elif [ $place -gt 0 ]; then place=$((place - 1)); fi
              if [ $place = 4 ]; then r=1 end=true; fi
              echo "{\"reward\":$r,\"end\":$end,\"seen\":$(see $place)}" ;;
          esac
        done
        """;

    [Fact]
    public void AGameIsLearntByPlaying()
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(run.Workplace["run", "report.json"]));
        JsonElement root = report.RootElement;
        Assert.Equal("games", root.GetProperty("field").GetString());
        JsonElement metrics = root.GetProperty("metrics");
        double mean = metrics.GetProperty("mean_return").GetDouble();
        double random = root.GetProperty("references").EnumerateArray()
            .Single(reference => reference.GetProperty("name").GetString() == "random play, measured here")
            .GetProperty("value").GetDouble();

        // Playing at random earns half a point.
        Assert.InRange(random, 0.2, 1);
        Assert.InRange(mean, 2, 100);
        Assert.InRange(metrics.GetProperty("return_low").GetDouble(), 0, mean);
        Assert.InRange(metrics.GetProperty("return_high").GetDouble(), mean, 100);
        Assert.Equal(128, metrics.GetProperty("episodes").GetInt32());
        Assert.Equal("samples", root.GetProperty("compute").GetProperty("rowName").GetString());
        string text = File.ReadAllText(run.Workplace["run", "report.md"]);
        Assert.Matches(@"\| agent steps \| [\d,]+ in this session, [\d,]+ a second, learning included \|", text);
        Assert.Matches(@"\| time \| environment [\d.]+ %, acting network [\d.]+ %, learning [\d.]+ % \|", text);
        Assert.Contains("DQN, 5 million frames", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEvaluationIsTheReportsExamination() => await run.Workplace.EvaluatesAsReportedAsync("run");

    [Fact]
    public async Task AnEpisodeIsWatched()
    {
        string summary = (await run.Workplace.RunAsync("play", "run", "--seed", "3", "--out", "episode.gif")).Succeeded().Output;
        Assert.Matches(@"^\d+ points in \d+ steps: episode.gif\s*$", summary);
        Assert.Equal("GIF89a"u8.ToArray(), run.Workplace.Read("episode.gif")[..6]);
        string again = (await run.Workplace.RunAsync("play", "run", "--seed", "3", "--out", "episode.png", "--json")).Succeeded().Output;
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], run.Workplace.Read("episode.png")[..4]);
        using JsonDocument found = JsonDocument.Parse(again);
        Assert.StartsWith($"{found.RootElement.GetProperty("return").GetDouble()} points", summary, StringComparison.Ordinal);
        Assert.True(found.RootElement.GetProperty("isEnd").GetBoolean());
        Assert.True(run.Workplace.Has("run", "samples", "episode.gif"));
        await run.Workplace.RefusesAsync(["episode.mp4", ".gif or .png"], "play", "run", "--out", "episode.mp4");
        await run.Workplace.RefusesAsync(["nowhere does not exist"], "play", "run", "--out", "nowhere/episode.gif");
    }

    [Theory]
    [InlineData(6)]
    [InlineData(8)]
    public async Task AnInterruptedRunGoesOnToTheSameBits(int checkpointSteps)
    {
        // Checkpoints in the midst of a rollout, which eight steps learn from, and at its end; by one thread and by two.
        using var place = new Workplace();
        int total = 3 * checkpointSteps;
        string every = string.Create(CultureInfo.InvariantCulture, $"learning.checkpointEverySteps={checkpointSteps}");
        (await place.RunAsync([.. Train("seaquest", "whole", total), every])).Succeeded();
        (await place.RunAsync([.. Train("seaquest", "run", total, "2"), every])).Succeeded();
        string last = $"step-{total}";
        Directory.Delete(place["run", "checkpoints", last], recursive: true);
        (await place.RunAsync("train", "--resume", "run", "--threads", "1")).Succeeded();
        Assert.True(place.Has("whole", "checkpoints", last, "experience.bin"));
        place.HasSameCheckpoints("whole", "run", total);
    }

    [Fact]
    public async Task ARunWhoseSimulatorDiedGoesOnToTheSameBits()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the simulator of this test is a shell script");
        using var place = new Workplace();
        place.Write("corridor.sh", Corridor);
        place.Write("corridor.json", """{ "program": "bash", "arguments": ["corridor.sh"] }""");
        string[] train =
        [
            .. Train("corridor.json", "whole", 24), "reinforcement.environmentCount=4", "reinforcement.batchSize=32",
            "reinforcement.epochCount=2", "reinforcement.fullEpisodeCount=8", "learning.examineEverySteps=24",
        ];
        (await place.RunAsync(train)).Succeeded();
        File.Delete(place["starts"]);
        place.Write("limit", "34");
        CommandResult died = await place.RunAsync([.. train.Select(argument => argument == "whole" ? "run" : argument)]);
        Assert.Equal(1, died.ExitCode);
        Assert.Matches(
            @"corridor.json: the simulator ended with exit code 7 before it answered; it said 'no more'; the last good "
            + @"checkpoint is .*step-(8|16)\s", died.Error);
        File.Delete(place["limit"]);
        (await place.RunAsync("train", "--resume", "run", "--threads", "1")).Succeeded();
        place.HasSameCheckpoints("whole", "run", 24);
        Assert.Contains("points in", (await place.RunAsync("play", "run")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownGamesAndSettingsThatDoNotFitAreRefused()
    {
        using var place = new Workplace();
        await place.RefusesAsync(
            ["unknown game 'pong'", "breakout, freeway, asterix, space-invaders, seaquest"], "train", "games", "pong");
        await place.RefusesAsync(
            ["a run learns one game", "breakout, freeway"], "train", "games", "breakout", "freeway");
        await place.RefusesAsync(
            ["reinforcement.environmentCount times reinforcement.rolloutSteps is 6400"],
            "train", "games", "--set", "reinforcement.environmentCount=100");
        await place.RefusesAsync(
            ["patch.size is 3", "a divisor of the 10 pixels"], "train", "games", "--set", "patch.size=3");
    }

    /// <summary>A network of one narrow layer, and rollouts that eight steps learn from.</summary>
    private static string[] Train(string game, string folder, int steps, string threads = "1") =>
    [
        "train", "games", game, "--out", folder, "--budget", $"{steps}steps", "--threads", threads, "--set",
        "network.layerCount=1", "network.width=32", "network.feedForwardWidth=64", "reinforcement.environmentCount=32",
        "reinforcement.rolloutSteps=32", "reinforcement.batchSize=512", "reinforcement.epochCount=4",
        "learning.learningRate=0.003",
        "reinforcement.quickEpisodeCount=16", "reinforcement.fullEpisodeCount=128", "reinforcement.episodeSteps=500",
    ];

    /// <summary>A player of Breakout after a few thousand steps.</summary>
    public sealed class TrainedPlayer : IAsyncLifetime
    {
        public Workplace Workplace { get; } = new();

        internal CommandResult Result { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Result = (await Workplace.RunAsync([.. Train("breakout", "run", Steps), "learning.examineEverySteps=60"])).Succeeded();

        public ValueTask DisposeAsync()
        {
            Workplace.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
