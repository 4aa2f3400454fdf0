using System.Text;
using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Tokenizers;

namespace Polymath.Formats.Tests.Tokenizers;

public sealed class TiktokenFileTests
{
    // The bytes as they are, then tokens in the order of their ranks.
    private static readonly string Bytes =
        string.Concat(Enumerable.Range(0, 256).Select(value => Line([(byte)value], value)));

    [Fact]
    public void RanksAreIdsAndOrderOfMerging()
    {
        BytePairTokenizer tokenizer = Parse(Bytes + Line("bc"u8, 256) + Line("ab"u8, 257) + Line("abc"u8, 258));
        Assert.Equal([258], tokenizer.Encode("abc"));
        Assert.Equal([257, 'd'], tokenizer.Encode("abd"));
        Assert.Equal([('b', 'c'), ('a', 'b'), ('a', 256)], Enumerable.Range(0, 3).Select(tokenizer.Merge));
        Assert.False(tokenizer.IgnoreMerges);
    }

    [Fact]
    public void GapsAreLeftForSpecialTokens()
    {
        BytePairTokenizer tokenizer = Parse(
            Bytes + Line("ab"u8, 257), new AddedToken(256, "<|endoftext|>"), new AddedToken(260, "<x>"));
        Assert.Equal(261, tokenizer.VocabularySize);
        Assert.Equal(256, tokenizer.EndOfText);
        Assert.Equal(0, tokenizer.TokenBytes(259).Length);
        Assert.Equal("ab", tokenizer.Decode([257, 258]));
    }

    // tiktoken's own rule: of adjacent parts that together are a token, join those of the lowest rank, the leftmost.
    [Fact]
    public void EncodesAsTheRanksAloneSay() =>
        Gen.Select(
                Gen.OneOf("a", "b", "c").Array[2, 5].Select(string.Concat).Array[1, 12],
                Gen.OneOf("a", "b", "c").Array[1, 40].Select(string.Concat))
            .Sample((tokens, text) =>
            {
                string[] distinct = [.. tokens.Distinct()];
                var lines = distinct.Select((token, i) => Line(Encoding.ASCII.GetBytes(token), 256 + i));
                BytePairTokenizer tokenizer = Parse(Bytes + string.Concat(lines));
                string[] parts = [.. tokenizer.Encode(text).Select(id => tokenizer.Decode([id]))];
                Assert.Equal(EncodeByRanks(text, distinct), parts);
            });

    [Theory]
    [InlineData("nonsense", "line 257")]
    [InlineData("YWI= x", "line 257")]
    [InlineData("YWI= -1", "line 257")]
    [InlineData("YWI= 99999999999", "line 257")]
    [InlineData("YWI= 2097152", "line 257")]
    [InlineData("Y!I= 256", "line 257")]
    [InlineData(" 256", "line 257")]
    [InlineData("YWI= 256 1", "line 257")]
    [InlineData("YWI= 255", "repeats the rank 255")]
    [InlineData("YQ== 256", "occurs twice")]
    public void FaultyLineIsNamed(string line, string expected)
    {
        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => Parse(Bytes + line));
        Assert.StartsWith("ranks: ", fault.Message);
        Assert.Contains(expected, fault.Message);
    }

    [Fact]
    public void OverlongTokenIsRefused()
    {
        string file = Bytes + Line(new byte[257], 256);
        Assert.Contains("1 to 256 bytes", Assert.Throws<InvalidInputException>(() => Parse(file)).Message);
    }

    [Fact]
    public void MissingByteIsRefused() =>
        Assert.Contains(
            "0xff", Assert.Throws<InvalidInputException>(() => Parse(Bytes[..Bytes.LastIndexOf("/w==")])).Message);

    [Fact]
    public void MissingFileIsRefused()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<InvalidInputException>(() => TiktokenFile.Load(folder["none"], PreTokenization.Gpt2, []));
    }

    private static string Line(ReadOnlySpan<byte> token, int rank) => $"{Convert.ToBase64String(token)} {rank}\n";

    private static BytePairTokenizer Parse(string content, params AddedToken[] addedTokens) =>
        TiktokenFile.Parse(Encoding.ASCII.GetBytes(content), "ranks", PreTokenization.None, addedTokens);

    private static List<string> EncodeByRanks(string text, string[] tokens)
    {
        if (tokens.Contains(text))
        {
            return [text];
        }

        List<string> parts = [.. text.Select(letter => letter.ToString())];
        while (true)
        {
            int[] ranks = [.. parts.Zip(parts.Skip(1)).Select(pair => Array.IndexOf(tokens, pair.First + pair.Second))];
            int best = ranks.Where(rank => rank >= 0).DefaultIfEmpty(-1).Min();
            if (best < 0)
            {
                return parts;
            }

            int place = Array.IndexOf(ranks, best);
            parts[place] += parts[place + 1];
            parts.RemoveAt(place + 1);
        }
    }
}
