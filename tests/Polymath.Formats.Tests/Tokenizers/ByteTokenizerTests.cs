using System.Buffers;
using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Tokenizers;

namespace Polymath.Formats.Tests.Tokenizers;

public sealed class ByteTokenizerTests
{
    private static readonly ByteTokenizer Tokenizer = new();

    [Fact]
    public void IdsAreTheBytes() =>
        VariedText.Bytes.Sample(bytes =>
        {
            ArrayBufferWriter<int> ids = new();
            Tokenizer.Encode(bytes, ids);
            Assert.Equal(bytes.Select(value => (int)value), ids.WrittenSpan.ToArray());
            Assert.Equal(bytes, Tokenizer.DecodeToBytes(ids.WrittenSpan));
        });

    [Fact]
    public void LongTextIsEncodedWhole()
    {
        byte[] bytes = [.. Enumerable.Range(0, 100_001).Select(index => (byte)(index * 31))];
        ArrayBufferWriter<int> ids = new();
        Tokenizer.Encode(bytes, ids);
        Assert.Equal(bytes, Tokenizer.DecodeToBytes(ids.WrittenSpan));
    }

    [Fact]
    public void SpecialTokenIsEncodedOnlyWhenAllowed()
    {
        const string Text = "a<|endoftext|>b<|endoftext|>";
        Assert.Equal(257, Tokenizer.VocabularySize);
        Assert.Equal(256, Tokenizer.EndOfText);
        Assert.Equal(Text.Length, Tokenizer.Encode(Text).Length);
        Assert.Equal(['a', 256, 'b', 256], Tokenizer.Encode(Text, allowSpecial: true));
    }

    [Fact]
    public void SpecialTokenIsDecodedUnlessSkipped()
    {
        Assert.Equal("a<|endoftext|>", Tokenizer.Decode([97, 256]));
        Assert.Equal("a", Tokenizer.Decode([97, 256], skipSpecial: true));
    }

    [Fact]
    public void IdOutsideTheVocabularyIsRefused()
    {
        Assert.Contains("257", Assert.Throws<InvalidInputException>(() => Tokenizer.Decode([257])).Message);
        Assert.Throws<InvalidInputException>(() => Tokenizer.TokenBytes(-1).Length);
    }

    [Fact]
    public void HalfASurrogatePairIsRefused() =>
        Assert.Contains(
            "character 2", Assert.Throws<InvalidInputException>(() => Tokenizer.Encode("ab\ud83d")).Message);

    [Theory]
    [InlineData(300, "<x>", "unused")]
    [InlineData(65, "<x>", "id 65 of another token")]
    [InlineData(256, "", "empty")]
    [InlineData(256, "A", "twice")]
    [InlineData(-1, "<x>", "expected 0 to")]
    public void ContradictoryAddedTokenIsRefused(int id, string content, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<InvalidInputException>(() => new ByteTokenizer([new AddedToken(id, content)])).Message);
}
