using System.Text;
using Polymath.Compute;
using Polymath.Formats.Gguf;
using Polymath.Formats.Tokenizers;

namespace Polymath.Formats.Tests.Gguf;

public sealed class GgufTokenizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["tokenizer.gguf"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PreTokenization.Gpt2)]
    [InlineData(PreTokenization.Qwen)]
    public void ATokenizerComesBackEqual(PreTokenization cuts)
    {
        BytePairTokenizer written = Train(cuts);
        BytePairTokenizer read = RoundTrip(written, written.VocabularySize);
        Assert.Equal(written.Fingerprint, read.Fingerprint);
        Assert.Equal(written.EndOfText, read.EndOfText);
    }

    [Fact]
    public void TokensThatTheTokenizerLacksAreUnused()
    {
        BytePairTokenizer written = Train(PreTokenization.Gpt2);
        BytePairTokenizer read = RoundTrip(written, written.VocabularySize + 2);
        Assert.Equal(written.VocabularySize + 2, read.VocabularySize);
        Assert.True(read.TokenBytes(written.VocabularySize + 1).IsEmpty);
        Assert.Equal(written.Encode("the garden"), read.Encode("the garden"));
    }

    [Fact]
    public void WhatLlamaDoesNotKnowIsNotWritten()
    {
        var metadata = new GgufMetadata();
        Refuses("Bytes", () => GgufTokenizer.Write(metadata, new ByteTokenizer(), 256));
        Refuses("None", () => GgufTokenizer.Write(metadata, Train(PreTokenization.None), 300));
        Refuses("Llama3", () => GgufTokenizer.Write(metadata, Train(PreTokenization.Llama3), 300));
        Refuses("ends a text", () => GgufTokenizer.Write(metadata, Train(PreTokenization.Gpt2, special: []), 300));
    }

    [Theory]
    [InlineData("tokenizer.ggml.model", "llama", "'llama'")]
    [InlineData("tokenizer.ggml.pre", "deepseek-llm", "'deepseek-llm'")]
    [InlineData("tokenizer.ggml.token_type", new[] { 1, 1 }, "each of the 258 tokens")]
    [InlineData("tokenizer.ggml.token_type", new[] { 99 }, "0 to 6")]
    [InlineData("tokenizer.ggml.merges", new[] { "t h e" }, "'t h e'")]
    [InlineData("tokenizer.ggml.merges", new[] { "t nothing" }, "'t nothing'")]
    [InlineData("tokenizer.ggml.merges", new[] { "t e" }, "merge")]
    [InlineData("tokenizer.ggml.add_bos_token", true, "bos_token_id")]
    public void WhatIsWrongIsNamed(string key, object value, string named)
    {
        WriteMinimal(key, value);
        using GgufFile file = GgufFile.Open(Path);
        Refuses(named, () => GgufTokenizer.Read(file));
    }

    [Theory]
    [InlineData("tokenizer.ggml.model")]
    [InlineData("tokenizer.ggml.pre")]
    [InlineData("tokenizer.ggml.tokens")]
    [InlineData("tokenizer.ggml.token_type")]
    [InlineData("tokenizer.ggml.merges")]
    public void AMissingKeyIsNamed(string key)
    {
        WriteMinimal(key, null);
        using GgufFile file = GgufFile.Open(Path);
        Refuses(key, () => GgufTokenizer.Read(file));
    }

    [Fact]
    public void TheLeastTokenizerIsRead()
    {
        WriteMinimal("", null);
        using GgufFile file = GgufFile.Open(Path);
        BytePairTokenizer tokenizer = GgufTokenizer.Read(file);
        Assert.Equal(258, tokenizer.VocabularySize);
        Assert.Equal([tokenizer.Encode("t")[0], 256], tokenizer.Encode("tth"));
        Assert.Equal(257, tokenizer.EndOfText);
        Assert.Equal("<|endoftext|>".Length, tokenizer.Encode("<|endoftext|>").Length);
    }

    // 256 bytes in the order of their characters, one merge, one token that ends a text; one key changed or left out.
    private void WriteMinimal(string changedKey, object? value)
    {
        var metadata = new GgufMetadata();
        string[] bytes = [.. Enumerable.Range(0, 256).Select(index => ((char)Character(index)).ToString())];
        Add("tokenizer.ggml.model", "gpt2");
        Add("tokenizer.ggml.pre", "gpt-2");
        Add("tokenizer.ggml.tokens", (string[])[.. bytes, "th", "<|endoftext|>"]);
        Add("tokenizer.ggml.token_type", (int[])[.. Enumerable.Repeat(1, 257), 3]);
        Add("tokenizer.ggml.merges", (string[])["t h"]);
        Add("tokenizer.ggml.add_bos_token", false);
        GgufWriter.Write(Path, metadata, []);

        void Add(string key, object item)
        {
            switch (key == changedKey ? value : item)
            {
                case string text:
                    metadata.Add(key, text);
                    break;
                case bool flag:
                    metadata.Add(key, flag);
                    break;
                case int[] numbers:
                    metadata.Add(key, numbers);
                    break;
                case string[] texts:
                    metadata.Add(key, texts);
                    break;
            }
        }
    }

    // GPT-2's byte alphabet: what is visible in Latin-1 first, then U+0100 and following.
    private static int Character(int index)
    {
        int[] visible = [.. Enumerable.Range('!', '~' - '!' + 1), .. Enumerable.Range(0xA1, 12), .. Enumerable.Range(0xAE, 82)];
        return index < visible.Length ? visible[index] : 0x100 + index - visible.Length;
    }

    private static void Refuses(string named, Action action)
    {
        var fault = Assert.Throws<InvalidInputException>(action);
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    private BytePairTokenizer RoundTrip(BytePairTokenizer tokenizer, int vocabularySize)
    {
        var metadata = new GgufMetadata();
        GgufTokenizer.Write(metadata, tokenizer, vocabularySize);
        GgufWriter.Write(Path, metadata, []);
        using GgufFile file = GgufFile.Open(Path);
        return GgufTokenizer.Read(file);
    }

    private static BytePairTokenizer Train(PreTokenization cuts, string[]? special = null)
    {
        var options = new BytePairTrainingOptions { VocabularySize = 270, PreTokenization = cuts };
        var trainer = new BytePairTrainer(special is null ? options : options with { SpecialTokens = special });
        trainer.Add(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the old garden, the other day; the end. ", 9))));
        return trainer.Train();
    }
}
