using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Polymath.Formats.Tests.Images;

/// <summary>A decoded image: [height, width, channels].</summary>
internal sealed record PngImage(int Width, int Height, int ColourType, byte[] Pixels)
{
    public int ChannelCount => Pixels.Length / Width / Height;

    public ReadOnlySpan<byte> this[int x, int y] => Pixels.AsSpan(((y * Width) + x) * ChannelCount, ChannelCount);
}

/// <summary>A strict reader of the PNG files that the writer makes; shares nothing with it.</summary>
internal static class PngReader
{
    public static PngImage Read(byte[] file)
    {
        byte[] signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
        Require(file.AsSpan(0, 8).SequenceEqual(signature), "signature");
        List<(string Type, byte[] Data)> chunks = ReadChunks(file.AsSpan(8));
        Require(chunks.Select(chunk => chunk.Type).SequenceEqual(["IHDR", "IDAT", "IEND"]), "the three chunks");
        byte[] header = chunks[0].Data;
        Require(header.Length == 13 && chunks[2].Data.Length == 0, "chunk lengths");
        Require(header[8] == 8 && header.AsSpan(10).SequenceEqual(new byte[3]), "8 bits, deflate, not interlaced");
        int width = BinaryPrimitives.ReadInt32BigEndian(header);
        int height = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
        int rowBytes = width * ChannelCount(header[9]);
        byte[] rows = new byte[(rowBytes + 1) * height];
        using ZLibStream zlib = new(new MemoryStream(chunks[1].Data), CompressionMode.Decompress);
        zlib.ReadExactly(rows);
        Require(zlib.ReadByte() < 0, "the end of the data");
        byte[] pixels = new byte[rowBytes * height];
        for (int y = 0; y < height; y++)
        {
            Require(rows[y * (rowBytes + 1)] == 0, "filter 0");
            rows.AsSpan((y * (rowBytes + 1)) + 1, rowBytes).CopyTo(pixels.AsSpan(y * rowBytes));
        }

        return new PngImage(width, height, header[9], pixels);
    }

    private static int ChannelCount(byte colourType) => colourType switch
    {
        0 => 1,
        2 => 3,
        6 => 4,
        _ => throw new InvalidDataException($"colour type {colourType}"),
    };

    private static List<(string Type, byte[] Data)> ReadChunks(ReadOnlySpan<byte> bytes)
    {
        List<(string, byte[])> chunks = [];
        while (!bytes.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes);
            uint crc = BinaryPrimitives.ReadUInt32BigEndian(bytes[(8 + length)..]);
            Require(crc == Crc(bytes.Slice(4, length + 4)), "the CRC of type and data");
            chunks.Add((Encoding.ASCII.GetString(bytes.Slice(4, 4)), bytes.Slice(8, length).ToArray()));
            bytes = bytes[(length + 12)..];
        }

        return chunks;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            }
        }

        return crc ^ 0xffffffff;
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidDataException($"expected {what}");
        }
    }
}
