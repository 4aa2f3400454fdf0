using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Microsoft.ML.Tokenizers;
using Polymath.Formats.Tokenizers;
using Polymath.Formats.Tokenizers.PreTokenizing;
using BytePairTokenizer = Polymath.Formats.Tokenizers.BytePairTokenizer;
using Tokenizer = Polymath.Formats.Tokenizers.Tokenizer;

namespace Polymath.Formats.Tests.Tokenizers;

/// <summary>
/// Ids of published tokenizers beside those of Microsoft.ML.Tokenizers. Needs what tests/fetch-fixtures brings.
/// </summary>
public sealed partial class PublishedTokenizerTests
{
    private const string EndOfText = "<|endoftext|>";

    private static readonly Lazy<BytePairTokenizer> Gpt2Tokenizer = new(() => TiktokenFile.Load(
        Fixture.Find("gpt2.tiktoken"), PreTokenization.Gpt2, [new AddedToken(50256, EndOfText)]));

    private static readonly Lazy<Tokenizer> QwenTokenizer =
        new(() => TokenizerFile.Load(Fixture.Find("qwen3-tokenizer.json")));

    [Fact]
    public void Gpt2GivesTheIdsOfMicrosoftMlTokenizers()
    {
        Dictionary<string, int> special = new() { [EndOfText] = 50256 };
        TiktokenTokenizer peer = TiktokenTokenizer.Create(
            Fixture.Find("gpt2.tiktoken"), new RegexPreTokenizer(Gpt2(), special), null, special);
        Compare(peer, Gpt2Tokenizer.Value, VariedText.Fragmentary);
        Compare(peer, Gpt2Tokenizer.Value, VariedText.Scalars);
    }

    [Fact]
    public void Gpt2KnowsItsOwnIds()
    {
        BytePairTokenizer tokenizer = Gpt2Tokenizer.Value;
        Assert.Equal(50257, tokenizer.VocabularySize);
        Assert.Equal(50000, tokenizer.MergeCount);
        Assert.Equal([15496, 11, 995, 0, 50256], tokenizer.Encode("Hello, world!<|endoftext|>", allowSpecial: true));
    }

    [Fact]
    public void Gpt2SavedAndLoadedIsTheSame()
    {
        using MemoryStream stream = new();
        TokenizerFile.Save(Gpt2Tokenizer.Value, stream);
        Assert.Equal(Gpt2Tokenizer.Value.Fingerprint, TokenizerFile.Parse(stream.ToArray(), "gpt2").Fingerprint);
    }

    [Fact]
    public void Gpt2GivesBackAnyBytes() => VariedText.Bytes.Sample(bytes => Assert.Equal(
        bytes, Gpt2Tokenizer.Value.DecodeToBytes(BytePairTokenizerTests.Encode(Gpt2Tokenizer.Value, bytes))));

    [Fact]
    public void QwenGivesTheIdsOfMicrosoftMlTokenizers()
    {
        // The peer has no normalisation here, so it gets text that is in form C already: ours is decoded once.
        BpeTokenizer peer = CreateQwenPeer();
        Tokenizer tokenizer = QwenTokenizer.Value;
        Compare(peer, tokenizer, VariedText.Fragmentary.Select(text => tokenizer.Decode(tokenizer.Encode(text))));
        Compare(peer, tokenizer, VariedText.Scalars.Select(text => tokenizer.Decode(tokenizer.Encode(text))));
    }

    [Fact]
    public void QwenKnowsItsAddedTokensAndItsNormalization()
    {
        Tokenizer tokenizer = QwenTokenizer.Value;
        Assert.Equal(151669, tokenizer.VocabularySize);
        Assert.Equal(151643, tokenizer.EndOfText);
        Assert.Equal(Normalization.Nfc, tokenizer.Normalization);
        Assert.Equal([9707, 151645], tokenizer.Encode("Hello<|im_end|>", allowSpecial: true));
        Assert.DoesNotContain(151645, tokenizer.Encode("Hello<|im_end|>"));
        Assert.Contains(151668, tokenizer.Encode("a</think>b"));
        Assert.Equal(tokenizer.Encode("é"), tokenizer.Encode("e\u0301"));
    }

    /// <summary>
    /// Compares ids on text that .NET's expressions, which the peer cuts by, see as it is. To them a scalar beyond the
    /// basic plane is two surrogates, never a letter and never what leads a word; nor do they fold the long s.
    /// </summary>
    private static void Compare(Microsoft.ML.Tokenizers.Tokenizer peer, Tokenizer tokenizer, Gen<string> texts) =>
        texts.Select(text => SurrogateBeforeLetter().Replace(text, "$0 "))
            .Where(text => !text.Contains('ſ') && text.EnumerateRunes().All(IsSeenAsItIs))
            .Sample(text => Assert.Equal(peer.EncodeToIds(text), tokenizer.Encode(text)), iter: 1000, threads: 1);

    private static bool IsSeenAsItIs(Rune rune) => rune.IsBmp || !(Rune.IsLetter(rune) || Rune.IsNumber(rune));

    private static BpeTokenizer CreateQwenPeer()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Fixture.Find("qwen3-tokenizer.json")));
        JsonElement model = json.RootElement.GetProperty("model");
        Dictionary<string, int> added = json.RootElement.GetProperty("added_tokens").EnumerateArray().ToDictionary(
            token => token.GetProperty("content").GetString()!, token => token.GetProperty("id").GetInt32());
        return BpeTokenizer.Create(
            new BpeOptions(model.GetProperty("vocab").EnumerateObject()
                .Select(token => KeyValuePair.Create(token.Name, token.Value.GetInt32())))
            {
                ByteLevel = true,
                Merges = model.GetProperty("merges").EnumerateArray().Select(merge => $"{merge[0]} {merge[1]}"),
                PreTokenizer = new RegexPreTokenizer(Qwen(), added),
            });
    }

    [GeneratedRegex(PiecePatterns.Gpt2)]
    private static partial Regex Gpt2();

    [GeneratedRegex(@"\p{Cs}(?=\p{L})")]
    private static partial Regex SurrogateBeforeLetter();

    [GeneratedRegex(PiecePatterns.Qwen)]
    private static partial Regex Qwen();
}
