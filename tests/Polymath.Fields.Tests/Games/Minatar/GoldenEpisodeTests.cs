using System.Text.Json;
using Polymath.Fields.Games.Minatar;
using Polymath.Learning;

namespace Polymath.Fields.Tests.Games.Minatar;

/// <summary>Episodes that <c>tools/reference/make_minatar.py</c> played by a simulation of its own.</summary>
public sealed class GoldenEpisodeTests
{
    private const ulong HashBasis = 0xCBF29CE484222325, HashPrime = 0x100000001B3;

    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "minatar.json"))).RootElement;

    public static TheoryData<string> Games => [.. MinatarGames.All.Select(game => game.Name)];

    [Theory]
    [MemberData(nameof(Games))]
    public void AnEpisodeIsWhatTheReferencePlayed(string name)
    {
        int interval = Golden.GetProperty("hashInterval").GetInt32();
        using IEnvironments worlds = Open(name, 1);
        foreach (JsonElement episode in Golden.GetProperty("games").GetProperty(name).EnumerateArray())
        {
            Replay(worlds, episode, interval);
        }
    }

    [Theory]
    [MemberData(nameof(Games))]
    public void CapturedWorldsGoOnAsTheyWouldHave(string name)
    {
        using IEnvironments worlds = Open(name, 2), others = Open(name, 2);
        worlds.Start(0, 5);
        worlds.Start(1, 6);
        for (int step = 0; step < 5; step++)
        {
            worlds.Step(1, step);
        }

        others.RestoreState(worlds.CaptureState());
        for (int step = 0; step < 200; step++)
        {
            EnvironmentStep done = worlds.Step(1, step % 6);
            Assert.Equal(done, others.Step(1, step % 6));
            Assert.Equal(Observation(worlds, 1), Observation(others, 1));
            if (done.IsEnd)
            {
                worlds.Start(1, 7);
                others.Start(1, 7);
            }
        }
    }

    [Fact]
    public void StatesOfAnotherGameAreRefused()
    {
        using IEnvironments breakout = Open("breakout", 2), freeway = Open("freeway", 2);
        Exception fault = Assert.ThrowsAny<Exception>(() => freeway.RestoreState(breakout.CaptureState()));
        Assert.Contains("of another game", fault.Message, StringComparison.Ordinal);
    }

    private static void Replay(IEnvironments worlds, JsonElement episode, int interval)
    {
        string actions = episode.GetProperty("actions").GetString()!;
        var rewards = episode.GetProperty("rewards").EnumerateArray()
            .ToDictionary(pair => pair[0].GetInt32(), pair => pair[1].GetSingle());
        string[] hashes = [.. episode.GetProperty("hashes").EnumerateArray().Select(hash => hash.GetString()!)];
        worlds.Start(0, episode.GetProperty("seed").GetUInt64());
        ulong hash = HashBasis;
        int next = 0;
        for (int step = 1; step <= actions.Length; step++)
        {
            EnvironmentStep done = worlds.Step(0, actions[step - 1] - '0');
            Assert.Equal((step, rewards.GetValueOrDefault(step)), (step, done.Reward));
            hash = Fold(hash, Observation(worlds, 0), worlds.Shape);
            if (step % interval == 0 || done.IsEnd)
            {
                Assert.Equal((step, hashes[next++]), (step, $"{hash:x16}"));
            }

            Assert.Equal(step == actions.Length && episode.GetProperty("isOver").GetBoolean(), done.IsEnd);
        }
    }

    private static ulong Fold(ulong hash, float[] observation, EnvironmentShape shape)
    {
        int cells = shape.Side * shape.Side;
        for (int plane = 0; plane < shape.ChannelCount; plane++)
        {
            for (int cell = 0; cell < cells; cell++)
            {
                if (observation[(cell * shape.ChannelCount) + plane] != 0)
                {
                    hash = (hash ^ (ulong)((plane * cells) + cell)) * HashPrime;
                }
            }
        }

        return hash;
    }

    private static float[] Observation(IEnvironments worlds, int index)
    {
        var observation = new float[worlds.Shape.ObservationLength];
        worlds.Observe(index, observation);
        return observation;
    }

    private static IEnvironments Open(string name, int count) =>
        MinatarGames.All.Single(game => game.Name == name).Open(count);
}
