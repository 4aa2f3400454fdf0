using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Polymath.Formats.Images.Png;

/// <summary>
/// Reads PNG images of every mode (W3C Portable Network Graphics, third edition): 1 to 16 bits, palettes, interlaced.
/// What is transparent lies on white. Sums are checked, and chunks must come in their order.
/// </summary>
public static class PngReader
{
    private const int ChunkOverhead = 12, LargestPalette = 256;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>Whether bytes begin as a PNG file does.</summary>
    public static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Signature);

    /// <summary>Decodes an image.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="limits">What it may cost.</param>
    /// <exception cref="InvalidDataException">It is damaged or too large.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> bytes, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (!IsPng(bytes))
        {
            throw new InvalidDataException("is no PNG image");
        }

        PngHeader? header = null;
        PngColours colours = default;
        using var packed = new MemoryStream();
        bool isDataOver = false;
        for (ReadOnlySpan<byte> rest = bytes[Signature.Length..]; ;)
        {
            ReadOnlySpan<byte> type = ReadChunk(ref rest, out ReadOnlySpan<byte> data);
            if (header is null != type.SequenceEqual("IHDR"u8))
            {
                throw new InvalidDataException("has no header as its first chunk, or a second one");
            }

            isDataOver |= packed.Length > 0 && !type.SequenceEqual("IDAT"u8);
            if (header is null)
            {
                header = PngHeader.Parse(data, limits);
            }
            else if (type.SequenceEqual("PLTE"u8))
            {
                colours = colours with { Palette = ParsePalette(data, packed.Length > 0 || colours.Palette is not null) };
            }
            else if (type.SequenceEqual("tRNS"u8))
            {
                colours = colours with { Transparency = data.ToArray() };
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                packed.Write(!isDataOver ? data : throw new InvalidDataException("has its data in several places"));
            }
            else if (type.SequenceEqual("IEND"u8))
            {
                return Unpack(header.Value, colours, packed);
            }
            else if ((type[0] & 0x20) == 0)
            {
                throw new InvalidDataException($"needs an unknown chunk, {System.Text.Encoding.ASCII.GetString(type)}");
            }
        }
    }

    private static ReadOnlySpan<byte> ReadChunk(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> data)
    {
        uint length = rest.Length >= ChunkOverhead ? BinaryPrimitives.ReadUInt32BigEndian(rest) : 0;
        if (rest.Length < ChunkOverhead || length > rest.Length - ChunkOverhead)
        {
            throw new InvalidDataException("ends early");
        }

        ReadOnlySpan<byte> type = rest.Slice(4, 4);
        data = rest.Slice(8, (int)length);
        uint sum = BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]);
        if (sum != Crc32.HashToUInt32(rest.Slice(4, 4 + (int)length)))
        {
            throw new InvalidDataException("is damaged: a chunk has another checksum than its own");
        }

        rest = rest[(ChunkOverhead + (int)length)..];
        return type;
    }

    private static byte[] ParsePalette(ReadOnlySpan<byte> data, bool isMisplaced) =>
        !isMisplaced && data.Length % 3 == 0 && data.Length is > 0 and <= 3 * LargestPalette
            ? data.ToArray()
            : throw new InvalidDataException($"has a palette of {data.Length} bytes in a wrong place or of a wrong size");

    private static PixelImage Unpack(PngHeader header, PngColours colours, MemoryStream packed)
    {
        var pixels = new PngPixels(header, colours);
        packed.Position = 0;
        try
        {
            using var unpacked = new ZLibStream(packed, CompressionMode.Decompress);
            foreach (PngPass pass in PngPass.Of(header))
            {
                ReadPass(unpacked, header, pass, pixels);
            }
        }
        catch (EndOfStreamException fault)
        {
            throw new InvalidDataException("ends early", fault);
        }

        return pixels.ToImage();
    }

    private static void ReadPass(Stream unpacked, PngHeader header, PngPass pass, PngPixels pixels)
    {
        int rowBytes = header.RowBytes(pass.Width);
        var row = new byte[rowBytes];
        var above = new byte[rowBytes];
        for (int y = 0; y < pass.Height && pass.Width > 0; y++)
        {
            int filter = unpacked.ReadByte();
            unpacked.ReadExactly(row);
            PngFilters.Undo(filter, row, above, header.FilterStep);
            pixels.SetRow(pass, y, row);
            (row, above) = (above, row);
        }
    }
}
