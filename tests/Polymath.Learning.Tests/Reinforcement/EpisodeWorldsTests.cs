using Polymath.Compute;

namespace Polymath.Learning.Tests;

public sealed class EpisodeWorldsTests
{
    [Fact]
    public void ActionsStickAsOftenAsTheRecipeSays()
    {
        using var echo = new EchoEnvironments(1);
        var worlds = new EpisodeWorlds(echo, new ReinforcementRecipe { Stickiness = 0.25f, EpisodeSteps = 1 << 20 }, 1, "test");
        worlds.StartAll();
        var chance = new RandomStream(1, 1);
        int repeated = 0;
        for (int step = 0; step < 10_000; step++)
        {
            int before = echo.LastAction, wish = step % 2 == 0 ? 1 : 2;
            worlds.Step(0, wish, ref chance);
            Assert.True(echo.LastAction == wish || echo.LastAction == before);
            repeated += echo.LastAction != wish ? 1 : 0;
        }

        // A sticky action is seen half of the time: else it is the wish anyway.
        Assert.Equal(0.2, repeated / 10_000.0, 0.02);
    }

    [Fact]
    public void EpisodesAreCutShortAndSummed()
    {
        using var echo = new EchoEnvironments(1);
        var worlds = new EpisodeWorlds(echo, new ReinforcementRecipe { Stickiness = 0, EpisodeSteps = 3 }, 1, "test");
        worlds.StartAll();
        var chance = new RandomStream(1, 1);
        Assert.Equal(new EpisodeStep(2, EpisodeState.Running, 2, 1), worlds.Step(0, 2, ref chance));
        Assert.Equal(new EpisodeStep(1, EpisodeState.Running, 3, 2), worlds.Step(0, 1, ref chance));
        Assert.Equal(new EpisodeStep(2, EpisodeState.CutShort, 5, 3), worlds.Step(0, 2, ref chance));
        worlds.StartNext(0);
        Assert.Equal(new EpisodeStep(0, EpisodeState.Ended, 0, 1), worlds.Step(0, 0, ref chance));
    }

    [Fact]
    public void EpisodesHaveSeedsOfTheirOwn()
    {
        var seeds = new List<ulong>();
        foreach (string purpose in new[] { "learning", "examination" })
        {
            using var echo = new EchoEnvironments(3) { Started = seeds.Add };
            var worlds = new EpisodeWorlds(echo, new ReinforcementRecipe(), 1, purpose);
            worlds.StartAll();
            worlds.StartNext(0);
            worlds.StartNext(2);
        }

        Assert.Equal(10, seeds.Distinct().Count());
    }

    [Fact]
    public void ARolloutIsAWholeNumberOfBatches()
    {
        var errors = new List<string>();
        new ReinforcementRecipe { EnvironmentCount = 6, RolloutSteps = 10, BatchSize = 25 }.Validate("reinforcement", 2, errors);
        Assert.Equal(
            ["reinforcement.environmentCount times reinforcement.rolloutSteps is 60, expected a multiple of "
                + "reinforcement.batchSize times learning.accumulation, 50"],
            errors);
        errors.Clear();
        new ReinforcementRecipe { Discount = 1.5f, Stickiness = 1 }.Validate("reinforcement", 1, errors);
        Assert.Equal(
            ["reinforcement.discount is 1.5, expected 0 to 1", "reinforcement.stickiness is 1, expected 0 to 0.999"], errors);
    }
}

/// <summary>Worlds that pay the number of the action; action 0 ends the episode.</summary>
internal sealed class EchoEnvironments(int count) : IEnvironments
{
    public Action<ulong> Started { get; init; } = _ => { };

    public int LastAction { get; private set; }

    public EnvironmentShape Shape { get; } = new(1, 2, ["end", "one", "two"]);

    public int Count => count;

    public void Start(int index, ulong seed) => Started(seed);

    public EnvironmentStep Step(int index, int action)
    {
        LastAction = action;
        return new EnvironmentStep(action, action == 0);
    }

    public void Observe(int index, Span<float> observation) => observation.Fill(LastAction);

    public Formats.Images.PixelImage Draw(int index) => new(1, 1, 1, [(byte)LastAction]);

    public byte[] CaptureState() => [];

    public void RestoreState(ReadOnlySpan<byte> state)
    {
    }

    public void Dispose()
    {
    }
}
