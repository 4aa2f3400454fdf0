using System.Text;
using Polymath.Compute;
using Polymath.Fields.Games;
using Polymath.Learning;

namespace Polymath.Fields.Tests.Games.External;

public sealed class ExternalEnvironmentsTests : IDisposable
{
    private const string Greeting = """echo '{"side":1,"channels":2,"actions":["a","b"]}'""";
    private const string Seen = """echo '{"seen":[0,1]}'""";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void ItIsPlayedByLinesOfJson()
    {
        using IEnvironments worlds = Open(Simulators.Corridor, 2);
        Assert.Equal((1, 5), (worlds.Shape.Side, worlds.Shape.ChannelCount));
        Assert.Equal(["left", "right"], worlds.Shape.Actions);
        worlds.Start(0, ulong.MaxValue);
        worlds.Start(1, 1);
        for (int step = 0; step < 3; step++)
        {
            Assert.Equal(new EnvironmentStep(0, false), worlds.Step(0, 1));
        }

        Assert.Equal([0, 0, 0, 1, 0], Look(worlds, 0));
        Assert.Equal([1, 0, 0, 0, 0], Look(worlds, 1));
        Assert.Equal(new EnvironmentStep(1, true), worlds.Step(0, 1));
        Assert.Equal(5, worlds.Draw(0).Width);
    }

    [Fact]
    public void BytesAreReadAsSharesOf255()
    {
        using IEnvironments worlds = Open(Simulators.CorridorInBytes);
        worlds.Start(0, 1);
        worlds.Step(0, 0);
        Assert.Equal([0, 1, 0, 0.2f, 0], Look(worlds, 0));
    }

    [Fact]
    public void StateIsTakenUpByPlayingItAgain()
    {
        using IEnvironments first = Open(Simulators.Corridor, 3), second = Open(Simulators.Corridor, 3);
        first.Start(0, 1);
        first.Start(2, 2);
        first.Step(2, 1);
        first.Step(2, 1);
        byte[] state = first.CaptureState();
        second.RestoreState(state);
        Assert.Equal(Look(first, 2), Look(second, 2));
        Assert.Equal(first.Step(2, 1), second.Step(2, 1));
        Assert.Equal([0, 0, 0, 1, 0], Look(second, 2));
        Assert.NotEqual(state, second.CaptureState());
        Assert.Equal(first.CaptureState(), second.CaptureState());
        Assert.Throws<EndOfStreamException>(() => second.RestoreState(state.AsSpan(0, state.Length - 9)));
    }

    [Fact]
    public void OneThatDiesIsStartedAgainWhereItWas()
    {
        using IEnvironments worlds = Open(Simulators.DiesOnce);
        worlds.Start(0, 1);
        worlds.Step(0, 1);
        worlds.Step(0, 1);
        worlds.Step(0, 1);
        Assert.Equal([0, 0, 0, 1, 0], Look(worlds, 0));
    }

    [Fact]
    public void OneThatDiesAgainIsGivenUp()
    {
        using IEnvironments worlds = Open(Simulators.AlwaysDies);
        worlds.Start(0, 1);
        worlds.Step(0, 1);
        byte[] before = worlds.CaptureState();
        string message = Assert.Throws<ExperienceFailedException>(() => worlds.Step(0, 1)).Message;
        Assert.Contains("the simulator ended with exit code 7 before it answered; it said 'out of luck'", message, StringComparison.Ordinal);
        Assert.Equal(before, worlds.CaptureState());
    }

    [Fact]
    public void OneThatForgetsItsSeedIsNotGoneOnWith()
    {
        using IEnvironments worlds = Open(Simulators.Forgetful);
        worlds.Start(0, 1);
        byte[] state = worlds.CaptureState();
        string message = Assert.Throws<InvalidInputException>(() => worlds.RestoreState(state)).Message;
        Assert.Contains("the same seed and actions led elsewhere than before", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 3", "the simulator ended with exit code 3 before it answered")]
    [InlineData("echo hello", "not valid JSON at line 1")]
    [InlineData("sleep 30", "no answer within 1 s")]
    [InlineData("""echo '{"side":1,"channels":2}'""", "lacks the key 'actions'")]
    [InlineData("""echo '{"side":1,"channels":2,"actions":["a"]}'""", "has 1 names, expected 2 to 1024")]
    [InlineData("""echo '{"side":0,"channels":2,"actions":["a","b"]}'""", "must be a whole number from 1 to 512, not 0")]
    [InlineData("""echo '{"side":512,"channels":65536,"actions":["a","b"]}'""", "says observations of more than")]
    [InlineData("""echo '{"side":1,"channels":2,"actions":["a","b"],"name":"x"}'""", "has the unknown key 'name'")]
    public void AGreetingThatIsNoneIsRefusedBeforeWorkStarts(string greeting, string expected)
    {
        string path = Write(Simulators.Saying(greeting), """, "patience": 1""");
        string message = Assert.Throws<InvalidInputException>(() => GameSources.Find([path]).Open(1)).Message;
        Assert.Contains("game.json", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""echo '{"reward":0,"end":false,"seen":[0]}'""", "has 1 numbers, expected side x side x channels, 2")]
    [InlineData("""echo '{"reward":0,"end":false,"seen":[0,"x"]}'""", "must be a number, not a string")]
    [InlineData("""echo '{"reward":0,"end":false,"seen":[0,1e300]}'""", "is too large")]
    [InlineData("""echo '{"reward":0,"end":false,"seen":"AAAA"}'""", "is no base64 of side x side x channels bytes, 2")]
    [InlineData("""echo '{"reward":0,"done":false,"seen":[0,1]}'""", "has the unknown key 'done', expected some of: reward, end, seen")]
    [InlineData("""echo '{"reward":0,"end":0,"seen":[0,1]}'""", "must be true or false")]
    [InlineData("""echo '[1,2]'""", "must be an object")]
    [InlineData("exec >&-", "the simulator closed its output before it answered")]
    public void AnAnswerThatIsNoneIsOneSentence(string answer, string expected)
    {
        using IEnvironments worlds = Open(Simulators.Saying(Greeting, Seen, answer));
        worlds.Start(0, 1);
        string message = Assert.Throws<ExperienceFailedException>(() => worlds.Step(0, 1)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("""{"program":"no-such-program"}""", "no-such-program cannot be started")]
    [InlineData("""{"program":""}""", "must name a program")]
    [InlineData("""{"program":"true","patience":0}""", "must be a whole number from 1 to 3600, not 0")]
    [InlineData("""{"program":"true","argument":[]}""", "has the unknown key 'argument'")]
    [InlineData("""{"side":4}""", "lacks the key 'program' of a simulator or 'core' of a game for a console")]
    public void AFileThatIsWrongIsRefused(string json, string expected)
    {
        string path = _folder.Write("game.json", Encoding.UTF8.GetBytes(json));
        string message = Assert.Throws<InvalidInputException>(() => GameSources.Find([path]).Open(1)).Message;
        Assert.Contains("game.json", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static float[] Look(IEnvironments worlds, int index)
    {
        var seen = new float[worlds.Shape.ObservationLength];
        worlds.Observe(index, seen);
        return seen;
    }

    private IEnvironments Open(string script, int count = 1) => GameSources.Find([Write(script)]).Open(count);

    private string Write(string script, string more = "")
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the simulators of these tests are shell scripts");
        _folder.Write("simulator.sh", Encoding.UTF8.GetBytes(script));
        return _folder.Write("game.json", Encoding.UTF8.GetBytes($$"""{ "program": "bash", "arguments": ["simulator.sh"]{{more}} }"""));
    }
}
