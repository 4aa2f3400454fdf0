using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Polymath.Formats.Images;

/// <summary>
/// Writes PNG images of 8 bits a channel (W3C Portable Network Graphics, third edition). Rows are stored without a
/// prediction filter, which suits charts and other images of flat areas. Equal pixels give equal bytes.
/// </summary>
public static class PngWriter
{
    private const int HeaderBytes = 13;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>Writes one image.</summary>
    /// <param name="stream">Receives the file's bytes.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="colour">What the bytes of a pixel mean.</param>
    /// <param name="pixels">[height, width, channels], row by row from the top.</param>
    /// <exception cref="ArgumentException">The number of bytes does not fit the size.</exception>
    public static void Write(Stream stream, int width, int height, PngColour colour, ReadOnlySpan<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        int rowBytes = checked(width * ChannelCount(colour));
        if (pixels.Length != (long)rowBytes * height)
        {
            throw new ArgumentException(
                $"{pixels.Length} bytes for {width} x {height} pixels of {colour}, expected {(long)rowBytes * height}");
        }

        stream.Write(Signature);
        WriteHeader(stream, width, height, colour);
        WriteChunk(stream, "IDAT"u8, Compress(pixels, rowBytes));
        WriteChunk(stream, "IEND"u8, []);
    }

    private static int ChannelCount(PngColour colour) => colour switch
    {
        PngColour.Grey => 1,
        PngColour.Rgb => 3,
        PngColour.Rgba => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(colour), colour, "unknown colour type"),
    };

    private static void WriteHeader(Stream stream, int width, int height, PngColour colour)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8; // bits a channel
        header[9] = (byte)colour;
        header[10] = 0; // deflate
        header[11] = 0; // the standard set of filters
        header[12] = 0; // not interlaced
        WriteChunk(stream, "IHDR"u8, header);
    }

    private static ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> pixels, int rowBytes)
    {
        MemoryStream compressed = new();
        using (ZLibStream zlib = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (; !pixels.IsEmpty; pixels = pixels[rowBytes..])
            {
                zlib.WriteByte(0); // no filter
                zlib.Write(pixels[..rowBytes]);
            }
        }

        return compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        stream.Write(word);
        stream.Write(type);
        stream.Write(data);
        Crc32 crc = new();
        crc.Append(type);
        crc.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, crc.GetCurrentHashAsUInt32());
        stream.Write(word);
    }
}
