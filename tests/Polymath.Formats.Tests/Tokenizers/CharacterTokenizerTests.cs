using System.Text;
using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Tokenizers;

namespace Polymath.Formats.Tests.Tokenizers;

public sealed class CharacterTokenizerTests
{
    [Fact]
    public void VocabularyIsTheCharactersInOrder()
    {
        CharacterTokenizer tokenizer = FromText("b😀a", "aé\n");
        Assert.Equal(
            ["\n", "a", "b", "é", "😀", "<|endoftext|>"],
            Enumerable.Range(0, 6).Select(id => tokenizer.Decode([id])));
        Assert.Equal(6, tokenizer.VocabularySize);
        Assert.Equal(5, tokenizer.EndOfText);
        Assert.Equal([1, 4, 0], tokenizer.Encode("a😀\n"));
    }

    [Fact]
    public void TextThatItWasBuiltFromComesBack() =>
        VariedText.Any.Where(text => text.Length > 0).Sample(text =>
        {
            CharacterTokenizer tokenizer = FromText(text);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        });

    [Theory]
    [InlineData("abé", "'é' (U+00E9) at byte 2")]
    [InlineData("aé", "'é' (U+00E9) at byte 1")]
    [InlineData("<|endoftext|>é", "'é' (U+00E9) at byte 13")]
    [InlineData("a\u0007", "U+0007 at byte 1")]
    [InlineData("😀", "'😀' (U+1F600) at byte 0")]
    public void UnknownCharacterIsNamedWithItsPlace(string text, string expected)
    {
        CharacterTokenizer tokenizer = FromText("ab");
        InvalidInputException fault =
            Assert.Throws<InvalidInputException>(() => tokenizer.Encode(text, allowSpecial: true));
        Assert.Contains(expected, fault.Message);
    }

    [Fact]
    public void TextThatIsNotUtf8IsRefusedWithItsPlace() =>
        Assert.Contains(
            "byte 1 (0xff)",
            Assert.Throws<InvalidInputException>(() => CharacterTokenizer.FromText([new byte[] { 97, 0xFF }])).Message);

    [Fact]
    public void NoTextGivesNoTokenizer() =>
        Assert.Contains(
            "at least one character",
            Assert.Throws<InvalidInputException>(() => CharacterTokenizer.FromText([])).Message);

    private static CharacterTokenizer FromText(params string[] documents) =>
        CharacterTokenizer.FromText(documents.Select(text => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(text))));
}
