using System.Buffers.Binary;
using Polymath.Compute;
using Polymath.Formats.Images;

namespace Polymath.Formats.Tests.Images;

/// <summary>Animations, read back by a decoder of the test's own.</summary>
public sealed class GifAnimationTests
{
    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(3, 7, 2)]
    [InlineData(17, 3, 5)]
    [InlineData(256, 150, 1)]
    public void FramesComeBackAsTheyWere(int colourCount, int side, int enlargement)
    {
        PixelImage[] frames = [.. Enumerable.Range(0, 3).Select(number => Noise(number, colourCount, side))];
        List<byte[]> read = Read(frames, enlargement, out int width, out int height);
        Assert.Equal((side * enlargement, (side + 1) * enlargement), (width, height));
        Assert.Equal(3, read.Count);
        foreach ((PixelImage frame, byte[] pixels) in frames.Zip(read))
        {
            for (int index = 0; index < width * height; index++)
            {
                int source = (index / width / enlargement * side) + (index % width / enlargement);
                Assert.Equal(frame.Pixels.AsSpan(source * 3, 3), pixels.AsSpan(index * 3, 3));
            }
        }
    }

    [Fact]
    public void TooManyColoursBecomeTheNearest()
    {
        byte[] pixels = new byte[40 * 41 * 3];
        var random = new RandomStream(1, 1);
        foreach (ref byte channel in pixels.AsSpan())
        {
            channel = (byte)random.NextBelow(256);
        }

        byte[] read = Read([new PixelImage(40, 41, 3, pixels)], 1, out _, out _)[0];
        Assert.All(pixels.Zip(read), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 26));
        Assert.Contains(read, channel => channel == 51);
    }

    [Fact]
    public void FramesOfOtherSizesAreRefused()
    {
        var animation = new GifAnimation();
        animation.Add(Noise(0, 2, 4));
        Assert.Throws<ArgumentException>(() => animation.Add(Noise(0, 2, 5)));
        Assert.Equal(1, animation.FrameCount);
    }

    // Some colours in runs and at random, one row more than columns.
    private static PixelImage Noise(int number, int colourCount, int side)
    {
        var random = new RandomStream(1, 2, number);
        byte[] pixels = new byte[side * (side + 1) * 3];
        int colour = 0;
        for (int pixel = 0; pixel < pixels.Length / 3; pixel++)
        {
            colour = random.NextBelow(3) == 0 ? (int)random.NextBelow(colourCount) : colour;
            (pixels[pixel * 3], pixels[(pixel * 3) + 1], pixels[(pixel * 3) + 2]) = ((byte)colour, (byte)(colour * 7), 9);
        }

        return new PixelImage(side, side + 1, 3, pixels);
    }

    private static List<byte[]> Read(PixelImage[] frames, int enlargement, out int width, out int height)
    {
        var animation = new GifAnimation { Enlargement = enlargement };
        Array.ForEach(frames, animation.Add);
        using var stream = new MemoryStream();
        animation.Write(stream);
        byte[] file = stream.ToArray();
        Assert.Equal("GIF89a"u8, file.AsSpan(0, 6));
        width = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(6));
        height = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        int paletteBytes = 3 << ((file[10] & 7) + 1), at = 13 + paletteBytes;
        byte[] palette = file[13..at];
        var images = new List<byte[]>();
        while (file[at] != 0x3B)
        {
            bool isImage = file[at] == 0x2C;
            at += isImage ? 10 : 2;
            int bits = isImage ? file[at++] : 0;
            var data = new List<byte>();
            for (; file[at] != 0; at += file[at] + 1)
            {
                data.AddRange(file[(at + 1)..(at + 1 + file[at])]);
            }

            at++;
            if (isImage)
            {
                List<byte> indices = Decompress([.. data], bits);
                Assert.Equal(width * height, indices.Count);
                images.Add([.. indices.SelectMany(index => palette[(index * 3)..((index * 3) + 3)])]);
            }
        }

        Assert.Equal(file.Length, at + 1);
        return images;
    }

    private static List<byte> Decompress(byte[] data, int bits)
    {
        int clear = 1 << bits, width = bits + 1, bitAt = 0;
        var table = new List<byte[]>();
        var output = new List<byte>();
        byte[] before = [];
        while (true)
        {
            int code = 0;
            for (int bit = 0; bit < width; bit++, bitAt++)
            {
                code |= (data[bitAt / 8] >> (bitAt % 8) & 1) << bit;
            }

            if (code == clear)
            {
                table = [.. Enumerable.Range(0, clear + 2).Select(value => new[] { (byte)value })];
                (width, before) = (bits + 1, []);
                continue;
            }

            if (code == clear + 1)
            {
                return output;
            }

            if (before.Length > 0)
            {
                byte[] entry = code < table.Count ? table[code] : before;
                table.Add([.. before, entry[0]]);
            }

            before = table[code];
            output.AddRange(before);
            width += table.Count == 1 << width && width < 12 ? 1 : 0;
        }
    }
}
