using System.Text.Json;
using Polymath.Fields.Translation.Examinations;

namespace Polymath.Fields.Tests.Translation;

/// <summary>BLEU and chrF against an independent reference and published cases.</summary>
public sealed class ScoreTests
{
    [Fact]
    public void ScoresAreTheReferences()
    {
        using JsonDocument golden = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "translation-scores.json")));
        Assert.True(golden.RootElement.GetArrayLength() >= 8);
        foreach (JsonElement corpus in golden.RootElement.EnumerateArray())
        {
            string[] hypotheses = Strings(corpus, "hypotheses"), references = Strings(corpus, "references");
            Assert.Equal(corpus.GetProperty("bleu").GetDouble(), BleuScore.Of(hypotheses, references), 1e-9);
            Assert.Equal(corpus.GetProperty("chrf").GetDouble(), ChrfScore.Of(hypotheses, references), 1e-9);
        }

        static string[] Strings(JsonElement corpus, string name) =>
            [.. corpus.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];
    }

    // Precision and recall are equal in these, so that published values for another beta hold.
    [Theory]
    [InlineData("a", "a", 100)]
    [InlineData("", "reference", 0)]
    [InlineData("a b c", "abc", 100)]
    [InlineData("aa", "ab", 25)]
    [InlineData("a\nb", "a\nc", 50)]
    public void PublishedCasesOfChrf(string hypotheses, string references, double score) =>
        Assert.Equal(score, ChrfScore.Of(hypotheses.Split('\n'), references.Split('\n')), 1e-4);

    [Theory]
    [InlineData("Hello, world! 3.5-4 (ok) it's", "Hello|,|world|!|3.5|-|4|(|ok|)|it's")]
    [InlineData("a&quot;b&lt;c 1,000 x,y end.", "a|\"|b|<|c|1,000|x|,|y|end|.")]
    public void WordsAreThoseOfMteval13a(string text, string words) =>
        Assert.Equal(words.Split('|'), BleuScore.Tokenize(text));
}
