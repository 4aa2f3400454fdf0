using System.Text;
using Polymath.Compute;
using Polymath.Fields.Games;
using Polymath.Fields.Games.Libretro;
using Polymath.Formats.Images;
using Polymath.Formats.Json;
using Polymath.Learning;

namespace Polymath.Fields.Tests.Games.Libretro;

/// <summary>Consoles, with the core and the free game that tests/fetch-fixtures brings.</summary>
public sealed class LibretroTests : IDisposable
{
    private const string Score = """{"address": "0x31", "bytes": 2}""";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void TheSameSeedAndActionsShowTheSame()
    {
        using IEnvironments worlds = Open(count: 2);
        worlds.Start(0, 7);
        worlds.Start(1, 7);
        for (int step = 0; step < 40; step++)
        {
            Assert.Equal(worlds.Step(0, step % 5), worlds.Step(1, step % 5));
            Assert.Equal(Look(worlds, 0), Look(worlds, 1));
        }

        worlds.Step(0, 1);
        float[] other = Look(worlds, 0);
        Assert.NotEqual(other, Look(worlds, 1));

        // Another seed waits for another number of frames.
        worlds.Start(0, 8);
        worlds.Start(1, 9);
        Assert.NotEqual(Look(worlds, 0), Look(worlds, 1));
    }

    [Fact]
    public void FramesAreSmallAndStackedWithTheNewestLast()
    {
        using IEnvironments worlds = Open();
        Assert.Equal((21, 3, 5), (worlds.Shape.Side, worlds.Shape.ChannelCount, worlds.Shape.ActionCount));
        worlds.Start(0, 1);
        float[] before = Look(worlds, 0);
        Assert.Equal(Plane(before, 0), Plane(before, 2));
        worlds.Step(0, 2);
        float[] after = Look(worlds, 0);
        Assert.Equal(Plane(before, 2), Plane(after, 1));
        Assert.NotEqual(Plane(after, 1), Plane(after, 2));
        Assert.All(after, value => Assert.InRange(value, 0, 1));

        // A bright paddle and a ball before a dark ground.
        PixelImage picture = worlds.Draw(0);
        Assert.Equal((256, 3), (picture.Width, picture.ChannelCount));
        double brightShare = picture.Pixels.Count(value => value > 128) / (double)picture.Pixels.Length;
        Assert.InRange(brightShare, 0.001, 0.2);
    }

    [Fact]
    public void TheBallThatLeavesTheBoardEarnsAPoint()
    {
        using IEnvironments worlds = Open();
        worlds.Start(0, 1);
        double earned = 0;
        for (int step = 0; step < 600; step++)
        {
            earned += worlds.Step(0, step / 20 % 2 == 0 ? 3 : 1).Reward;
        }

        Assert.InRange(earned, 1, 13);
    }

    [Fact]
    public void StateIsTakenUpToTheBit()
    {
        using IEnvironments first = Open(), second = Open();
        first.Start(0, 3);
        for (int step = 0; step < 25; step++)
        {
            first.Step(0, step % 5);
        }

        byte[] state = first.CaptureState();
        second.RestoreState(state);
        Assert.Equal(state, second.CaptureState());
        for (int step = 0; step < 25; step++)
        {
            Assert.Equal(first.Step(0, 4 - (step % 5)), second.Step(0, 4 - (step % 5)));
            Assert.Equal(Look(first, 0), Look(second, 0));
        }
    }

    [Theory]
    [InlineData("""{"address": "0x0003", "equals": 512}""", false)]
    [InlineData("""{"address": 3, "from": 0}""", true)]
    [InlineData("""{"address": 3, "to": 255}""", true)]
    public void AnEndIsReadFromMemory(string end, bool isEnd)
    {
        using IEnvironments worlds = Open($$""", "end": [{{end}}]""");
        worlds.Start(0, 1);
        Assert.Equal(isEnd, worlds.Step(0, 0).IsEnd);
    }

    [Fact]
    public void NumbersInMemoryHaveManyForms()
    {
        byte[] memory = [0x00, 0x12, 0x34, 0x05, 0x06];
        Assert.Equal(0x3412, Value("""{"address": 1, "bytes": 2}"""));
        Assert.Equal(0x1234, Value("""{"address": "0x1", "bytes": 2, "format": "big"}"""));
        Assert.Equal(1234, Value("""{"address": 1, "bytes": 2, "format": "bcd"}"""));
        Assert.Equal(56, Value("""{"address": 3, "bytes": 2, "format": "digits"}"""));

        double Value(string json) =>
            MemoryValue.Read(StrictJson.Parse(Encoding.UTF8.GetBytes(json), "test")).In(memory);
    }

    [Theory]
    [InlineData("""{"core":"nothing","rom":"x","actions":["a","b"],"score":[]}""", "install it (Debian: apt-get install libretro-nothing)")]
    [InlineData("""{"core":"CORE","rom":"x","actions":["a","fly"],"score":[]}""", "names the button 'fly', expected: b, y, select")]
    [InlineData("""{"core":"CORE","rom":"x","actions":["a"],"score":[]}""", "has 1 actions, expected 2 to 256")]
    [InlineData("""{"core":"CORE","rom":"x","actions":["a","b"],"score":[]}""", "must say at least one number that grows")]
    [InlineData("""{"core":"CORE","rom":"x","actions":["a","b"],"score":[{"address":"31"}]}""", "must be a number, or a text such as \"0x31\"")]
    [InlineData("""{"core":"CORE","rom":"x","actions":["a","b"],"score":[{"address":1,"format":"middle"}]}""", "must be one of: little, big, bcd, digits")]
    [InlineData("""{"core":"CORE","rom":"x","actions":["a","b"],"score":[{"address":1}],"end":[{"address":1}]}""", "must say 'equals', 'from' or 'to'")]
    [InlineData("""{"core":"CORE","rom":"x","actions":["a","b"],"score":[{"address":1}],"skip":4}""", "has the unknown key 'skip'")]
    [InlineData("""{"core":"CORE","rom":"x.nes","actions":["a","b"],"score":[{"address":1}]}""", "x.nes")]
    [InlineData("""{"core":"CORE","rom":"ROM","actions":["a","b"],"score":[{"address":"0x4000"}]}""", "address 0x4000 with 1 bytes lies beyond the console's memory of 2,048 bytes")]
    public void AFileThatIsWrongIsRefused(string json, string expected) => Refuses(
        json.Replace("CORE", Core, StringComparison.Ordinal).Replace("ROM", Rom, StringComparison.Ordinal), expected);

    [Fact]
    public void GamesThatAreDamagedOrOfAnotherSystemAreRefused()
    {
        byte[] rom = File.ReadAllBytes(Rom);
        _folder.Write("damaged.nes", rom.AsSpan(100));
        _folder.Write("empty.nes", []);
        _folder.Write("other.gb", rom);
        _folder.Write("core.so", Encoding.UTF8.GetBytes("no library"));
        Refuses(Describe("damaged.nes"), "refuses it: it is damaged, or a game for another system");
        Refuses(Describe("empty.nes"), "empty.nes");
        Refuses(Describe("other.gb"), "is no game for the core Nestopia, expected a name that ends in one of: nes");
        Refuses(Describe("damaged.nes").Replace(Core, "core.so", StringComparison.Ordinal), "cannot be loaded as a libretro core");
    }

    public void Dispose() => _folder.Dispose();

    private static string Core => Find("usr/lib/x86_64-linux-gnu/libretro/nestopia_libretro.so");

    private static string Rom => Find("usr/share/nes/efp.nes");

    private static string Describe(string rom, string more = "") => $$"""
        {
          "core": "{{Core}}", "rom": "{{rom}}", "actions": ["none", "left", "right", "up", "down"], "score": [{{Score}}],
          "start": [{ "frames": 120 }, { "press": "right", "frames": 1 }], "frameStack": 3, "side": 21, "clip": 1{{more}}
        }
        """;

    private static string Find(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "the core is for Linux");
        return Fixture.Find($"libretro/{name}");
    }

    private static float[] Look(IEnvironments worlds, int index)
    {
        var seen = new float[worlds.Shape.ObservationLength];
        worlds.Observe(index, seen);
        return seen;
    }

    private static float[] Plane(float[] seen, int plane) => [.. seen.Where((_, index) => index % 3 == plane)];

    private IEnvironments Open(string more = "", int count = 1) =>
        GameSources.Find([_folder.Write("game.json", Encoding.UTF8.GetBytes(Describe(Rom, more)))]).Open(count);

    private void Refuses(string json, string expected)
    {
        string path = _folder.Write("game.json", Encoding.UTF8.GetBytes(json));
        string message = Assert.Throws<InvalidInputException>(() => GameSources.Find([path]).Open(1)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }
}
