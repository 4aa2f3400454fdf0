namespace Polymath.Networks.Tests;

/// <summary>Generation beyond the context, and in chunks of any size.</summary>
public sealed class GeneratorTests
{
    private static readonly TrunkRecipe Recipe = new()
    {
        LayerCount = 2, Width = 24, HeadCount = 2, FeedForwardWidth = 32, ContextLength = 12,
    };

    [Fact]
    public void AFullContextGoesOnWithItsLaterHalf()
    {
        using NetworkFixture fixture = Create();
        int[] tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        fixture.Generator.Append(tokens);
        float[] overflown = fixture.Generator.Append([3]).ToArray();
        Assert.Equal(13, fixture.Generator.History.Length);
        fixture.Generator.Reset();
        float[] half = fixture.Generator.Append([8, 9, 10, 11, 12, 3]).ToArray();
        Assert.Equal(half, overflown);
    }

    [Fact]
    public void APromptLongerThanTheContextIsTakenFromItsEnd()
    {
        using NetworkFixture fixture = Create();
        int[] prompt = [.. Enumerable.Range(0, 40).Select(index => index % 13)];
        float[] whole = fixture.Generator.Append(prompt).ToArray();
        fixture.Generator.Reset();
        Assert.Equal(fixture.Generator.Append(prompt.AsSpan(34)).ToArray(), whole);
    }

    [Fact]
    public void ResetForgetsEverything()
    {
        using NetworkFixture fixture = Create();
        float[] fresh = fixture.Generator.Append([1, 2, 3]).ToArray();
        fixture.Generator.Append([7, 7]);
        fixture.Generator.Reset();
        Assert.Equal(fresh, fixture.Generator.Append([1, 2, 3]).ToArray());
    }

    private static NetworkFixture Create()
    {
        var fixture = new NetworkFixture(Recipe, 13, 16, training: false);
        fixture.Randomize(3);
        return fixture;
    }
}
