using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Polymath.Formats.Tests.Images;

/// <summary>Writes PNG files of every mode from samples; filters are chosen by row.</summary>
internal sealed class PngBuilder(int width, int height, int bitDepth, int colourType, bool isInterlaced)
{
    private static readonly (int Left, int Top, int StepX, int StepY)[] Passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly List<(string Type, byte[] Data)> _chunks = [];

    public int SampleCount { get; } = colourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    public PngBuilder Add(string type, params byte[] data)
    {
        _chunks.Add((type, data));
        return this;
    }

    /// <summary>The whole file.</summary>
    /// <param name="sample">The sample of column, row and channel.</param>
    public byte[] Build(Func<int, int, int, int> sample)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)bitDepth, (byte)colourType, (byte)(isInterlaced ? 1 : 0));
        return Join([("IHDR", header), .. _chunks, ("IDAT", Pack(Rows(sample))), ("IEND", [])]);
    }

    /// <summary>A file of chunks with right checksums.</summary>
    public static byte[] Join(IEnumerable<(string Type, byte[] Data)> chunks)
    {
        List<byte> file = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
        var word = new byte[4];
        foreach ((string type, byte[] data) in chunks)
        {
            byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
            BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
            file.AddRange(word);
            file.AddRange(body);
            BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.HashToUInt32(body));
            file.AddRange(word);
        }

        return [.. file];
    }

    public static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return packed.ToArray();
    }

    private byte[] Rows(Func<int, int, int, int> sample)
    {
        List<byte> all = [];
        foreach ((int left, int top, int stepX, int stepY) in isInterlaced ? Passes : [(0, 0, 1, 1)])
        {
            byte[]? above = null;
            for (int y = top; y < height && left < width; y += stepY)
            {
                int[] samples = [.. Enumerable.Range(0, (width - left + stepX - 1) / stepX)
                    .SelectMany(x => Enumerable.Range(0, SampleCount).Select(channel => sample(left + (x * stepX), y, channel)))];
                byte[] row = PackBits(samples);
                int filter = y % 5;
                all.Add((byte)filter);
                all.AddRange(Filter(filter, row, above ?? new byte[row.Length]));
                above = row;
            }
        }

        return [.. all];
    }

    private byte[] PackBits(int[] samples)
    {
        var row = new byte[((samples.Length * bitDepth) + 7) / 8];
        for (int bit = 0; bit < samples.Length * bitDepth; bit++)
        {
            int value = (samples[bit / bitDepth] >> (bitDepth - 1 - (bit % bitDepth))) & 1;
            row[bit / 8] |= (byte)(value << (7 - (bit % 8)));
        }

        return row;
    }

    private IEnumerable<byte> Filter(int filter, byte[] row, byte[] above)
    {
        int step = Math.Max(1, SampleCount * bitDepth / 8);
        for (int index = 0; index < row.Length; index++)
        {
            int left = index >= step ? row[index - step] : 0, corner = index >= step ? above[index - step] : 0;
            int up = above[index], guess = left + up - corner;
            int nearest = new[] { left, up, corner }.MinBy(value => Math.Abs(guess - value));
            yield return (byte)(row[index] - filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => nearest, _ => 0 });
        }
    }
}
