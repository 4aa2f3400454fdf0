using System.Text;
using Polymath.Fields.Text.Corpora;
using Polymath.Fields.Text.Sources;

namespace Polymath.Fields.Tests.Text.Corpora;

public sealed class TokenCorpusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ByteEncoder _encoder = new();
    private readonly FakeSource _source = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TokenisesBothPartsWithDocumentsAndTheirEnds()
    {
        using TokenCorpus corpus = Open(new TokenCorpusOptions { DocumentEnd = 256 });
        Assert.Equal("abcd\u0100ef\u0100", Text(corpus.Training));
        Assert.Equal("xyz\u0100", Text(corpus.Validation));
        Assert.Equal((2, 5), (corpus.Training.DocumentCount, corpus.Training.DocumentStart(1)));
        Assert.Equal((6, 3), (corpus.Training.TextBytes, corpus.Validation.TextBytes));
    }

    [Fact]
    public void WithoutAnEndDocumentsTouch()
    {
        using TokenCorpus corpus = Open();
        Assert.Equal("abcdef", Text(corpus.Training));
    }

    [Fact]
    public void TheSecondTimeNothingIsEncoded()
    {
        Open().Dispose();
        int calls = _encoder.CallCount;
        Open().Dispose();
        Assert.Equal(calls, _encoder.CallCount);
    }

    [Fact]
    public void AnotherTextTokenizerOrEndMakesAnotherCorpus()
    {
        var folders = new HashSet<string>();
        void Add(TokenCorpusOptions? options = null)
        {
            using TokenCorpus corpus = Open(options);
            Assert.True(folders.Add(corpus.Folder));
        }

        Add();
        Add(new TokenCorpusOptions { DocumentEnd = 256 });
        _encoder.Fingerprint = new string('b', 64);
        Add();
        _source.Fingerprint = "other";
        Add();
    }

    [Fact]
    public void ADamagedCorpusIsMadeAgain()
    {
        string file;
        using (TokenCorpus corpus = Open())
        {
            file = Path.Combine(corpus.Folder, "validation-00000.tokens");
        }

        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        using TokenCorpus again = Open();
        Assert.Equal("xyz", Text(again.Validation));
    }

    [Fact]
    public void CancellationLeavesNothing()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(
            () => TokenCorpus.Open(_folder["cache"], _source, _encoder, cancellation: cancellation.Token));
        Assert.Equal(["cache"], _folder.Entries());
    }

    private TokenCorpus Open(TokenCorpusOptions? options = null) =>
        TokenCorpus.Open(_folder["cache"], _source, _encoder, options);

    private static string Text(TokenShards shards)
    {
        int[] tokens = new int[shards.TokenCount];
        shards.Read(0, tokens);
        return string.Concat(tokens.Select(token => (char)token));
    }

    private sealed class FakeSource : ITextSource
    {
        public string Name => "fake";

        public string Fingerprint { get; set; } = "fake";

        public string SplitRule => "by hand";

        public TextStatistics Measure(TextPart part) => throw new NotSupportedException();

        public IEnumerable<TextBlock> Read(TextPart part) => part == TextPart.Training
            ? [Block("1", true, "abc"), Block("1", false, "d"), Block("2", true, "ef")]
            : [Block("3", true, "xyz")];

        private static TextBlock Block(string name, bool starts, string text) =>
            new(name, starts, Encoding.UTF8.GetBytes(text));
    }

    private sealed class ByteEncoder : ITokenEncoder
    {
        public int CallCount { get; private set; }

        public int VocabularySize => 257;

        public string Fingerprint { get; set; } = new('a', 64);

        public void Encode(ReadOnlySpan<byte> utf8, List<int> destination)
        {
            CallCount++;
            foreach (byte b in utf8)
            {
                destination.Add(b);
            }
        }
    }
}
