using System.Text;
using CsCheck;
using Polymath.Formats.Tokenizers;

namespace Polymath.Formats.Tests.Tokenizers;

public sealed class Utf8TokenStreamTests
{
    private static readonly ByteTokenizer Tokenizer = new();

    [Fact]
    public void PartsTogetherAreTheDecodedBytes() =>
        VariedText.Bytes.Sample(bytes =>
        {
            Utf8TokenStream stream = new(Tokenizer);
            string text = string.Concat(bytes.Select(value => stream.Append(value))) + stream.Flush();
            Assert.Equal(Encoding.UTF8.GetString(bytes), text);
        });

    [Fact]
    public void EveryPartOfValidTextIsWholeCharactersOfIt() =>
        VariedText.Any.Where(text => !text.Contains('\ufffd')).Sample(text =>
        {
            Utf8TokenStream stream = new(Tokenizer);
            foreach (byte value in Encoding.UTF8.GetBytes(text))
            {
                string part = stream.Append(value);
                Assert.DoesNotContain('\ufffd', part);
                Assert.True(part.Length == 0 || Rune.TryGetRuneAt(part, 0, out _), "half of a surrogate pair");
            }

            Assert.Equal("", stream.Flush());
        });

    [Fact]
    public void UnfinishedCharacterWaitsAndIsReplacedAtTheEnd()
    {
        Utf8TokenStream stream = new(Tokenizer);
        Assert.Equal("", stream.Append(0xF0));
        Assert.Equal("", stream.Append(0x9F));
        Assert.Equal("\ufffda", stream.Append('a'));
        Assert.Equal("", stream.Append(0xE2));
        Assert.Equal("\ufffd", stream.Flush());
        Assert.Equal("b", stream.Append('b'));
    }

    [Fact]
    public void SpecialTokensLeaveATraceOnlyWhenAsked()
    {
        Assert.Equal("", new Utf8TokenStream(Tokenizer).Append(256));
        Assert.Equal("<|endoftext|>", new Utf8TokenStream(Tokenizer, skipSpecial: false).Append(256));
    }
}
