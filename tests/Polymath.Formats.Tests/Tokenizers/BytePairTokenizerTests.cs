using System.Buffers;
using System.Text;
using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Tokenizers;
using Polymath.Formats.Tokenizers.BytePairs;

namespace Polymath.Formats.Tests.Tokenizers;

public sealed class BytePairTokenizerTests
{
    private static readonly byte[] Prose = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(
        "It's a truth universally acknowledged that naïve tokenizers, 中文, 😀 included, merge what's frequent. ", 20)));

    public static TheoryData<PreTokenization> PreTokenizations => [.. Enum.GetValues<PreTokenization>()];

    [Theory]
    [MemberData(nameof(PreTokenizations))]
    public void AnyBytesComeBack(PreTokenization preTokenization)
    {
        BytePairTokenizer tokenizer = Train(Prose, 330, preTokenization);
        VariedText.Bytes.Sample(
            bytes => Assert.Equal(bytes, tokenizer.DecodeToBytes(Encode(tokenizer, bytes))), iter: 500);
    }

    // Short pieces are merged by a scan, long ones by a heap; both lengths occur.
    [Fact]
    public void EncodesWhatTheDefinitionSays() =>
        Gen.Select(
                Gen.OneOf("a", "a", "b", "ab", "c").Array[1, 80].Select(string.Concat),
                Gen.OneOf("a", "b", "c", "aa").Array[1, 250].Select(string.Concat),
                Gen.Int[1, 25])
            .Sample((learnt, text, mergeCount) =>
            {
                List<(int Left, int Right)> merges = NaiveBytePairs.Learn([Ids(learnt)], mergeCount, 1);
                BytePairTokenizer tokenizer = new(Model(merges));
                Assert.Equal(NaiveBytePairs.Encode(Ids(text), merges), tokenizer.Encode(text));
            });

    [Fact]
    public void RememberedPiecesAreTheSameAsNewOnes()
    {
        BytePairTokenizer tokenizer = Train(Prose, 330, PreTokenization.Gpt2);
        int[] first = Encode(tokenizer, Prose);
        Assert.Equal(first, Encode(tokenizer, Prose));
        Assert.Equal(first, Encode(Train(Prose, 330, PreTokenization.Gpt2), Prose));
    }

    [Fact]
    public void ManyDifferentPiecesOverflowTheCacheHarmlessly()
    {
        BytePairTokenizer tokenizer = Train(Prose, 300, PreTokenization.Gpt2);
        byte[] text = Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 100_000).Select(Spell)));
        Assert.Equal(text, tokenizer.DecodeToBytes(Encode(tokenizer, text)));
        Assert.Equal(Encode(tokenizer, text), Encode(tokenizer, text));

        static string Spell(int number) => string.Concat($"{number}".Select(digit => (char)('a' + digit - '0')));
    }

    [Fact]
    public void ThreadsMayShareATokenizer()
    {
        BytePairTokenizer tokenizer = Train(Prose, 330, PreTokenization.Llama3);
        int[] expected = Encode(tokenizer, Prose);
        Parallel.For(0, 200, _ => Assert.Equal(expected, Encode(tokenizer, Prose)));
    }

    [Fact]
    public void NothingIsAllocatedForAPieceOnceWarm()
    {
        BytePairTokenizer tokenizer = Train(Prose, 330, PreTokenization.Gpt2);
        byte[] text = [.. Enumerable.Repeat(Prose, 50).SelectMany(part => part), .. new byte[500]];
        ArrayBufferWriter<int> ids = new(text.Length);
        tokenizer.Encode(text, ids);
        ids.ResetWrittenCount();
        long before = GC.GetAllocatedBytesForCurrentThread();
        tokenizer.Encode(text, ids);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public void SpecialTokensAreFoundOnlyWhenAllowedAndOthersAlways()
    {
        BytePairTokenizer tokenizer = new(Model([]) with
        {
            AddedTokens =
            [
                new AddedToken(256, "<s>"),
                new AddedToken(257, "<s>>"),
                new AddedToken(258, "<think>", IsSpecial: false),
            ],
        });
        Assert.Equal([257, 258, 256, Id('<')], tokenizer.Encode("<s>><think><s><", allowSpecial: true));
        Assert.Equal([.. Ids("<s>>"), 258, .. Ids("<s>")], tokenizer.Encode("<s>><think><s>"));
        Assert.Equal("<think>a", tokenizer.Decode([256, 258, Id('a')], skipSpecial: true));
    }

    [Fact]
    public void NormalizationComposesBeforeMergingAndFindsNormalizedTokensAfter()
    {
        BytePairTokenizer tokenizer = new(Model([]) with
        {
            Normalization = Normalization.Nfc,
            AddedTokens =
            [
                new AddedToken(256, "é", IsSpecial: false, IsNormalized: true),
                new AddedToken(257, "\u0301", IsSpecial: false),
            ],
        });
        Assert.Equal("Å", tokenizer.Decode(tokenizer.Encode("A\u030a")));
        Assert.Equal([Id('x'), 256], tokenizer.Encode("xé"));

        // Found before normalisation, it parts what would have been composed.
        Assert.Equal([Id('e'), 257], tokenizer.Encode("e\u0301"));
    }

    [Fact]
    public void IgnoredMergesTakeAWholePieceAtOnce()
    {
        // The merges make "ab" and "c"; the token "abc" is reached as a whole only.
        BytePairModel model = Model([(Id('a'), Id('b'))]) with { PreTokenization = PreTokenization.Gpt2 };
        model = model with { Tokens = [.. model.Tokens, "abc"u8.ToArray()] };
        Assert.Equal([256, Id('c')], new BytePairTokenizer(model).Encode("abc"));
        Assert.Equal([257], new BytePairTokenizer(model with { IgnoreMerges = true }).Encode("abc"));
    }

    [Fact]
    public void FingerprintTellsApartWhatEncodesDifferently()
    {
        BytePairModel model = Model([(Id('a'), Id('b')), (Id('b'), Id('c'))]);
        BytePairModel[] others =
        [
            model with { PreTokenization = PreTokenization.Qwen },
            model with { Normalization = Normalization.Nfc },
            model with { IgnoreMerges = true },
            model with { AddedTokens = [new AddedToken(258, "<x>")] },
            model with { AddedTokens = [new AddedToken(258, "<x>", IsSpecial: false)] },
            model with { Tokens = [.. model.Tokens, "zz"u8.ToArray()] },
            model with { Merges = [model.Merges[1], model.Merges[0]] },
        ];
        string[] fingerprints = [.. others.Append(model).Select(one => new BytePairTokenizer(one).Fingerprint)];
        Assert.Equal(fingerprints.Length, fingerprints.Distinct().Count());
    }

    [Fact]
    public void FaultyModelsAreRefused()
    {
        BytePairModel model = Model([(Id('a'), Id('b'))]);
        Refuse("byte 0x00", model with { Tokens = [.. model.Tokens.Where(token => token.Span[0] != 0)] });
        Refuse("occurs twice", model with { Tokens = [.. model.Tokens, "ab"u8.ToArray()] });
        Refuse("merge 1 repeats merge 0", model with { Merges = [.. model.Merges, .. model.Merges] });
        Refuse("joins the token 999", model with { Merges = [(999, 1)] });
        Refuse("joins the token -1", model with { Merges = [(1, -1)] });
        Refuse("to one that the vocabulary lacks", model with { Merges = [(Id('x'), Id('y'))] });
        Refuse("post-processor", model with { TextPrefix = [257] });

        static void Refuse(string expected, BytePairModel faulty)
        {
            InvalidInputException fault = Assert.Throws<InvalidInputException>(() => new BytePairTokenizer(faulty));
            Assert.Contains(expected, fault.Message);
        }
    }

    internal static int[] Encode(Tokenizer tokenizer, byte[] utf8)
    {
        ArrayBufferWriter<int> ids = new();
        tokenizer.Encode(utf8, ids);
        return ids.WrittenSpan.ToArray();
    }

    internal static BytePairTokenizer Train(byte[] text, int vocabularySize, PreTokenization preTokenization) =>
        BytePairTrainer.Train(
            [text],
            new BytePairTrainingOptions { VocabularySize = vocabularySize, PreTokenization = preTokenization },
            TestContext.Current.CancellationToken);

    private static int Id(char character) => ByteAlphabet.BytesInOrder.IndexOf((byte)character);

    private static int[] Ids(string text) => [.. text.Select(Id)];

    /// <summary>The bytes in GPT-2's order and these merges, on uncut text.</summary>
    private static BytePairModel Model(IReadOnlyList<(int Left, int Right)> merges)
    {
        List<ReadOnlyMemory<byte>> tokens = [];
        foreach (byte value in ByteAlphabet.BytesInOrder)
        {
            tokens.Add(new[] { value });
        }

        foreach ((int left, int right) in merges)
        {
            tokens.Add((byte[])[.. tokens[left].Span, .. tokens[right].Span]);
        }

        return new BytePairModel { Tokens = tokens, Merges = merges, PreTokenization = PreTokenization.None };
    }
}
