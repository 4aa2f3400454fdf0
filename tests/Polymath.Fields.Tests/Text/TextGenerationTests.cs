using System.Text;
using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Tests.Text;

/// <summary>Generation is repeatable, ends where it should, and writes whole characters only.</summary>
public sealed class TextGenerationTests
{
    [Fact]
    public void TheSameSeedGivesTheSameText()
    {
        using var fixture = new TextSessionFixture();
        Assert.Equal(Generate(fixture, "brot", 40, seed: 3).Text, Generate(fixture, "brot", 40, seed: 3).Text);
        Assert.NotEqual(Generate(fixture, "brot", 40, seed: 3).Text, Generate(fixture, "brot", 40, seed: 4).Text);
    }

    [Fact]
    public void AnEmptyPromptBeginsAText()
    {
        using var fixture = new TextSessionFixture();
        (_, TextGenerationResult result) = Generate(fixture, "", 5);
        Assert.Equal(1, result.PromptTokens);
        Assert.Equal("length", result.StopReason);
    }

    [Fact]
    public void GenerationGoesOnBeyondTheContext()
    {
        // Some seeds draw the end of the text first.
        using var fixture = new TextSessionFixture();
        Assert.Contains(
            Enumerable.Range(1, 20),
            seed => Generate(fixture, "käse und brot und käse", 35, (ulong)seed).Result.GeneratedTokens == 35);
    }

    [Fact]
    public void PiecesAreWholeCharacters()
    {
        using var fixture = new TextSessionFixture();
        var pieces = new List<string>();
        var request = new TextGenerationRequest("ä", 200, new SamplingOptions { Temperature = 3, Seed = 2 }, []);
        fixture.Session.Generate(request, pieces.Add);
        Assert.All(pieces, piece => Assert.False(char.IsHighSurrogate(piece[^1])));
        Assert.True(pieces.Count > 10);
    }

    [Fact]
    public void AStopStringEndsTheTextAndIsNotWritten()
    {
        using var fixture = new TextSessionFixture();
        string free = Generate(fixture, "brot", 60, seed: 9).Text;
        string stop = free.Substring(8, 2);
        (string text, TextGenerationResult result) = Generate(fixture, "brot", 60, seed: 9, stop);
        Assert.Equal(free[..free.IndexOf(stop, StringComparison.Ordinal)], text);
        Assert.Equal("stop string", result.StopReason);
    }

    [Fact]
    public void AnUnknownCharacterInThePromptIsNamed()
    {
        using var fixture = new TextSessionFixture(
            recipe => recipe with { Tokenizer = new TokenizerRecipe { Kind = TokenizerKind.Characters } });
        var error = Assert.Throws<InvalidInputException>(() => Generate(fixture, "brot 漢", 5));
        Assert.Contains("漢", error.Message, StringComparison.Ordinal);
    }

    private static (string Text, TextGenerationResult Result) Generate(
        TextSessionFixture fixture, string prompt, int tokens, ulong seed = 1, params string[] stops)
    {
        var text = new StringBuilder();
        var request = new TextGenerationRequest(
            prompt, tokens, new SamplingOptions { Temperature = 1, Seed = seed }, stops);
        TextGenerationResult result = fixture.Session.Generate(request, piece => text.Append(piece));
        return (text.ToString(), result);
    }
}
