using System.IO.Compression;
using System.Text;
using Polymath.Fields.Text.Examinations;
using Polymath.Fields.Text.Sources;

namespace Polymath.Fields.Tests.Text.Examinations;

public sealed class CompressionReferenceTests
{
    private static readonly byte[] Prose = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(
        i => $"Sentence {i * 7919 % 1000} follows {i * 104729 % 997}, {(i % 3 == 0 ? "as ever" : "or so")}.\n")));

    [Fact]
    public void GzipAloneIsWhatAGzipFileTakes()
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(Prose);
        }

        CompressionFigure figure = CompressionReference.Gzip(Blocks(Prose, 1000), default);
        Assert.Equal((Prose.Length, file.Length), (figure.TextBytes, figure.CompressedBytes));
        Assert.Equal(8.0 * file.Length / Prose.Length, figure.BitsPerByte);
    }

    [Fact]
    public void BrotliAloneIsWhatOneCallGives()
    {
        byte[] packed = new byte[BrotliEncoder.GetMaxCompressedLength(Prose.Length)];
        Assert.True(BrotliEncoder.TryCompress(Prose, packed, out int length, 11, 24));
        CompressionFigure figure = CompressionReference.Brotli(Blocks(Prose, 1000), default);

        // A stream is not told its length ahead, which may cost a few bytes.
        Assert.InRange(figure.CompressedBytes, length - 16, length + 16);
        Assert.Equal(figure, CompressionReference.Brotli(Blocks(Prose, 100_000), default));
    }

    [Fact]
    public void PrimingCountsOnlyTheTextBehindIt()
    {
        byte[] known = Prose[..20_000];
        CompressionFigure gzip = CompressionReference.Gzip(Blocks(known, 5000), known);
        CompressionFigure gzipAlone = CompressionReference.Gzip(Blocks(known, 5000), default);
        CompressionFigure brotli = CompressionReference.Brotli(Blocks(known, 5000), known);
        Assert.True(gzip.CompressedBytes < gzipAlone.CompressedBytes / 10);
        Assert.InRange(brotli.CompressedBytes, 1, 200);
        Assert.Equal(known.Length, gzip.PrimingBytes);
    }

    [Fact]
    public void ASourceGivesFourFigures()
    {
        using var folder = new TemporaryFolder();
        var source = new TextFileSource([folder.Write("a.txt", Prose)]);
        IReadOnlyList<CompressionFigure> figures = CompressionReference.Measure(
            source.ReadHead(TextPart.Validation), source.ReadTail(TextPart.Training, 50_000), 50_000);
        Assert.Equal([0, 1 << 15, 0, 50_000], figures.Select(figure => figure.PrimingBytes));
        Assert.All(figures, figure => Assert.Equal(source.Measure(TextPart.Validation).ByteCount, figure.TextBytes));
        Assert.True(figures[1].CompressedBytes < figures[0].CompressedBytes);
        Assert.True(figures[3].CompressedBytes < figures[2].CompressedBytes);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Blocks(byte[] text, int size) =>
        text.Chunk(size).Select(chunk => (ReadOnlyMemory<byte>)chunk);
}
