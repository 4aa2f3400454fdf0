using Polymath.Fields.Translation;

namespace Polymath.Fields.Tests.Translation;

/// <summary>What is left out, what counts as the same sentence, and what must be kept.</summary>
public sealed class CleaningTests
{
    [Theory]
    [InlineData("The file {0} was not found.", "No se encontró el archivo {0}.", null)]
    [InlineData("The file {0} was not found.", "No se encontró el archivo {1}.", CleaningRule.Placeholders)]
    [InlineData("Read %d files", "Leídos los archivos", CleaningRule.Placeholders)]
    [InlineData("Build succeeded.", "Build succeeded.", CleaningRule.Untranslated)]
    [InlineData("{0}: {1}", "{0} - {1}", CleaningRule.Empty)]
    [InlineData("No.", "No se puede hacer esto porque la persona que lo pide no tiene permiso para hacerlo.", CleaningRule.LengthRatio)]
    [InlineData("The value is not valid for this.", "This is not valid and the value cannot be used.", CleaningRule.Language)]
    [InlineData("The value is not valid for this.", "Значение недопустимо для этого.", CleaningRule.Language)]
    public void EveryRuleCounts(string source, string target, CleaningRule? rule)
    {
        var cleaning = new PairCleaning(2.5f);
        Assert.Equal(rule is null, cleaning.Keeps(new SentencePair("en", "es", source, target, "x")));
        Assert.All(Enum.GetValues<CleaningRule>(), other => Assert.Equal(other == rule ? 1 : 0, cleaning.CountOf(other)));
    }

    [Fact]
    public void OfOneSourceTheFirstIsKept()
    {
        var cleaning = new PairCleaning(2.5f);
        Assert.True(cleaning.Keeps(new SentencePair("en", "es", "Open", "Abrir", "x")));
        Assert.False(cleaning.Keeps(new SentencePair("en", "es", "Open", "Abierto", "x")));
        Assert.True(cleaning.Keeps(new SentencePair("en", "fr", "Open", "Ouvrir", "x")));
        Assert.Equal("1 with a source that was there before", cleaning.Summary);
    }

    [Theory]
    [InlineData("The file '{0}' was not found.", "the file \"{1}\" was not found")]
    [InlineData("Error 12: cannot open project", "Error 7 - Cannot open the project!")]
    [InlineData("Café <b>ouvert</b>", "un CAFÉ ouvert")]
    public void NearDuplicatesHaveOneKey(string first, string second) =>
        Assert.Equal(SentenceKey.Of(first), SentenceKey.Of(second));

    [Fact]
    public void OtherSentencesHaveOtherKeys() =>
        Assert.NotEqual(SentenceKey.Of("The file was not found."), SentenceKey.Of("The folder was not found."));

    [Fact]
    public void AShareOfAllKeysIsHeldOut()
    {
        int count = Enumerable.Range(0, 20_000).Count(number => SentenceKey.HoldsOut($"key {number}", 0.1));
        Assert.InRange(count, 1800, 2200);
    }

    [Theory]
    [InlineData("{0} of {1:N2} at %s, %1$d and $(Path) <b>x</b> &amp; 5 % of", "$(Path)|%1$d|%s|&amp;|</b>|<b>|{0}|{1:N2}")]
    [InlineData("100% sure, a < b > c", "")]
    public void PlaceholdersAreFound(string text, string found) =>
        Assert.Equal(found.Split('|', StringSplitOptions.RemoveEmptyEntries), Placeholders.Of(text));

    [Theory]
    [InlineData("en-es", "en", "es")]
    [InlineData("en>pt-BR", "en", "pt-BR")]
    [InlineData("en-zh-Hans", "en", "zh-Hans")]
    public void DirectionsAreRead(string text, string source, string target)
    {
        Assert.True(Direction.TryParse(text, out Direction direction));
        Assert.Equal(new Direction(source, target), direction);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("en-en")]
    [InlineData("english-spanish")]
    [InlineData("-es")]
    [InlineData("")]
    public void OtherWordsAreNoDirections(string text) => Assert.False(Direction.TryParse(text, out _));

}
