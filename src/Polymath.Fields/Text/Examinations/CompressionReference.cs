using System.Buffers;
using System.IO.Compression;

namespace Polymath.Fields.Text.Examinations;

/// <summary>
/// What gzip and Brotli make of the held-out text, at their strongest settings: the yardsticks beside a language
/// model's bits per byte.
/// </summary>
/// <remarks>
/// Primed figures: .NET offers no preset dictionaries, so the compressor first gets the tail of the training text, is
/// flushed, and then gets the held-out text; only the bytes that come behind the flush count. That is what a receiver
/// who holds the same tail would have to be sent; the flush costs a few bytes at most. gzip looks back 32 KiB, so a
/// longer tail would not help it. The same runtime gives the same figures; its gzip is zlib-ng, whose sizes differ
/// slightly from those of GNU gzip.
/// </remarks>
public static class CompressionReference
{
    /// <summary>How far gzip looks back.</summary>
    public const int GzipWindowBytes = 1 << 15;

    /// <summary>Brotli's priming: a part of its 16 MiB window, since its strongest setting packs some 1 MB/s.</summary>
    public const int DefaultBrotliPrimingBytes = 1 << 22;

    private const int BrotliQuality = 11;
    private const int BrotliWindowBits = 24;
    private const int BufferBytes = 1 << 16;

    /// <summary>Measures gzip and Brotli on a held-out text, each alone and primed with training text.</summary>
    /// <param name="text">The held-out text.</param>
    /// <param name="trainingTail">The end of the training text; each compressor sees what it can use of it.</param>
    /// <param name="brotliPrimingBytes">The most training text that Brotli is primed with.</param>
    public static IReadOnlyList<CompressionFigure> Measure(
        ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> trainingTail, int brotliPrimingBytes = DefaultBrotliPrimingBytes)
    {
        ReadOnlyMemory<byte>[] blocks = [text];
        return
        [
            Gzip(blocks, default), Gzip(blocks, End(trainingTail, GzipWindowBytes)),
            Brotli(blocks, default), Brotli(blocks, End(trainingTail, brotliPrimingBytes)),
        ];
    }

    /// <summary>Measures gzip at its strongest setting.</summary>
    /// <param name="text">The text in blocks.</param>
    /// <param name="priming">Training text to see first; empty for none.</param>
    public static CompressionFigure Gzip(IEnumerable<ReadOnlyMemory<byte>> text, ReadOnlyMemory<byte> priming)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var counter = new CountingStream();
        long before = 0;
        long textBytes = 0;
        using (var gzip = new GZipStream(counter, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            if (!priming.IsEmpty)
            {
                gzip.Write(priming.Span);
                gzip.Flush();
                before = counter.Count;
            }

            foreach (ReadOnlyMemory<byte> block in text)
            {
                gzip.Write(block.Span);
                textBytes += block.Length;
            }
        }

        return new CompressionFigure("gzip, strongest", priming.Length, textBytes, counter.Count - before);
    }

    /// <summary>Measures Brotli at quality 11 with its window of 16 MiB.</summary>
    /// <param name="text">The text in blocks.</param>
    /// <param name="priming">Training text to see first; empty for none.</param>
    public static CompressionFigure Brotli(IEnumerable<ReadOnlyMemory<byte>> text, ReadOnlyMemory<byte> priming)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var encoder = new BrotliEncoder(BrotliQuality, BrotliWindowBits);
        byte[] output = new byte[BufferBytes];
        if (!priming.IsEmpty)
        {
            Compress(encoder, priming.Span, output);
            Flush(encoder, output);
        }

        long textBytes = 0;
        long compressed = 0;
        foreach (ReadOnlyMemory<byte> block in text)
        {
            compressed += Compress(encoder, block.Span, output);
            textBytes += block.Length;
        }

        compressed += Finish(encoder, output);
        return new CompressionFigure("Brotli, quality 11", priming.Length, textBytes, compressed);
    }

    private static ReadOnlyMemory<byte> End(ReadOnlyMemory<byte> bytes, int count) =>
        bytes[Math.Max(0, bytes.Length - count)..];

    private static long Compress(BrotliEncoder encoder, ReadOnlySpan<byte> input, byte[] output)
    {
        long total = 0;
        for (OperationStatus status = OperationStatus.DestinationTooSmall;
            status == OperationStatus.DestinationTooSmall || !input.IsEmpty;)
        {
            status = encoder.Compress(input, output, out int consumed, out int written, isFinalBlock: false);
            if (status == OperationStatus.InvalidData)
            {
                throw new InvalidOperationException("Brotli refused its input.");
            }

            input = input[consumed..];
            total += written;
        }

        return total;
    }

    private static void Flush(BrotliEncoder encoder, byte[] output)
    {
        while (encoder.Flush(output, out _) == OperationStatus.DestinationTooSmall)
        {
        }
    }

    private static long Finish(BrotliEncoder encoder, byte[] output)
    {
        long total = 0;
        OperationStatus status;
        do
        {
            status = encoder.Compress([], output, out _, out int written, isFinalBlock: true);
            total += written;
        }
        while (status == OperationStatus.DestinationTooSmall);
        return total;
    }

    private sealed class CountingStream : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Count;

        public override long Position
        {
            get => Count;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Count += buffer.Length;

        public override void Write(byte[] buffer, int offset, int count) => Count += count;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
