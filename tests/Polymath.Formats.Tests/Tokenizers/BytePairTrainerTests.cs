using System.Text;
using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Tokenizers;
using Polymath.Formats.Tokenizers.BytePairs;
using Polymath.Formats.Tokenizers.PreTokenizing;

namespace Polymath.Formats.Tests.Tokenizers;

public sealed class BytePairTrainerTests
{
    private const string Verse =
        "the cat sat on the mat, the rat sat on the cat; that cat, that rat, that mat: the cat spat at the rat. ";

    // Few letters make many ties and overlapping pairs.
    private static readonly Gen<string[]> Documents =
        Gen.OneOf("a", "a", "b", "c", " ", "é", "\n").Array[0, 60].Select(string.Concat).Array[1, 4];

    [Theory]
    [InlineData(PreTokenization.None)]
    [InlineData(PreTokenization.Gpt2)]
    [InlineData(PreTokenization.Llama3)]
    public void LearnsWhatTheDefinitionSays(PreTokenization preTokenization) =>
        Gen.Select(Documents, Gen.Int[1, 30], Gen.Int[1, 3]).Sample((documents, mergeCount, minimumFrequency) =>
        {
            List<(int Left, int Right)> expected =
                NaiveBytePairs.Learn(Pieces(documents, preTokenization), mergeCount, minimumFrequency);
            BytePairTokenizer tokenizer = Train(documents, new BytePairTrainingOptions
            {
                VocabularySize = 256 + expected.Count,
                MinimumFrequency = minimumFrequency,
                PreTokenization = preTokenization,
                SpecialTokens = [],
            });
            Assert.Equal(expected, Enumerable.Range(0, tokenizer.MergeCount).Select(tokenizer.Merge));
        });

    [Fact]
    public void VocabularyLargerThanTheTextSupportsIsRefusedWithTheLargest()
    {
        BytePairTrainingOptions options = new() { VocabularySize = 4096 };
        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => Train([Verse], options));
        int largest = int.Parse(fault.Message.Split("at most ")[1].Split(',')[0]);
        Assert.InRange(largest, 260, 320);
        Assert.Equal(largest, Train([Verse], options with { VocabularySize = largest }).VocabularySize);
        Assert.Throws<InvalidInputException>(() => Train([Verse], options with { VocabularySize = largest + 1 }));
    }

    [Fact]
    public void EmptyTextSupportsBytesAlone()
    {
        Assert.Equal(257, Train([], new BytePairTrainingOptions { VocabularySize = 257 }).VocabularySize);
        InvalidInputException fault = Assert.Throws<InvalidInputException>(
            () => Train([], new BytePairTrainingOptions { VocabularySize = 258 }));
        Assert.Contains("at most 257", fault.Message);
    }

    [Theory]
    [InlineData(256, 2, "expected 257")]
    [InlineData(-1, 2, "expected 257")]
    [InlineData(int.MaxValue, 2, "expected 257")]
    [InlineData(300, 0, "expected 1")]
    public void OptionOutOfRangeIsRefused(int vocabularySize, int minimumFrequency, string expected)
    {
        BytePairTrainingOptions options =
            new() { VocabularySize = vocabularySize, MinimumFrequency = minimumFrequency };
        Assert.Contains(expected, Assert.Throws<InvalidInputException>(() => new BytePairTrainer(options)).Message);
    }

    [Fact]
    public void PiecesDoNotReachAcrossDocuments()
    {
        BytePairTrainingOptions options = new() { VocabularySize = 258 };
        Assert.Equal("ab", Train(["ab", "ab"], options).Decode([256]));
        Assert.Throws<InvalidInputException>(() => Train(["a", "b", "a", "b", "a", "b"], options));
    }

    [Fact]
    public void OrderOfDocumentsDoesNotMatter()
    {
        BytePairTrainingOptions options = new() { VocabularySize = 270 };
        Assert.Equal(
            Train([Verse, "more of that", "that is that"], options).Fingerprint,
            Train(["that is that", "more of that", Verse], options).Fingerprint);
    }

    [Fact]
    public void ResultIsTheSameOnEveryMachine() =>
        Assert.StartsWith(
            "fc042b50e0541e907772f874d2b02278",
            Train([Verse], new BytePairTrainingOptions { VocabularySize = 265 }).Fingerprint);

    [Fact]
    public void SpecialTokensFollowTheMerges()
    {
        BytePairTokenizer tokenizer = Train(
            [Verse], new BytePairTrainingOptions { VocabularySize = 270, SpecialTokens = ["<|endoftext|>", "<pad>"] });
        Assert.Equal(268, tokenizer.EndOfText);
        Assert.Equal(269, tokenizer.SpecialTokens["<pad>"]);
        Assert.Equal(12, tokenizer.MergeCount);
    }

    [Fact]
    public void LongTextWithoutACutIsLearntInReasonableWork()
    {
        // Scanning the one piece anew for each merge would take 10^9 steps.
        uint state = 1;
        char[] letters = new char[1_000_000];
        for (int i = 0; i < letters.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            letters[i] = (char)('a' + ((state >> 24) % 8));
        }

        string text = new(letters);
        BytePairTokenizer tokenizer = Train(
            [text], new BytePairTrainingOptions { VocabularySize = 1000, PreTokenization = PreTokenization.None });
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    private static BytePairTokenizer Train(string[] documents, BytePairTrainingOptions options) =>
        BytePairTrainer.Train(
            documents.Select(text => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(text))),
            options,
            TestContext.Current.CancellationToken);

    private static IEnumerable<int[]> Pieces(string[] documents, PreTokenization preTokenization)
    {
        byte[] order = ByteAlphabet.BytesInOrder.ToArray();
        foreach (string document in documents)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(document);
            for (int start = 0; start < utf8.Length;)
            {
                int end = PieceScanner.End(preTokenization, utf8, start);
                yield return [.. utf8[start..end].Select(value => Array.IndexOf(order, value))];
                start = end;
            }
        }
    }
}
