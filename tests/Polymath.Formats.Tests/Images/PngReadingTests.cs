using CsCheck;
using Polymath.Formats.Images;

namespace Polymath.Formats.Tests.Images;

public sealed class PngReadingTests
{
    private static readonly (int Depth, int Colour)[] Modes =
    [
        (1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2), (1, 3), (2, 3), (4, 3), (8, 3), (8, 4), (16, 4), (8, 6), (16, 6),
    ];

    [Fact]
    public void EveryModeSizeAndFilterIsReadAgain() =>
        Gen.Select(Gen.Int[1, 19], Gen.Int[1, 19], Gen.OneOf([.. Modes.Select(mode => Gen.Const(mode))]), Gen.Bool, Gen.Int[0, 1_000_000]).Sample(
            (width, height, mode, isInterlaced, seed) =>
            {
                int largest = (1 << mode.Depth) - 1;
                var builder = new PngBuilder(width, height, mode.Depth, mode.Colour, isInterlaced);
                byte[] palette = [.. Enumerable.Range(0, 3 * Math.Min(256, largest + 1)).Select(index => (byte)(index * 7 % 251))];
                if (mode.Colour == 3)
                {
                    builder.Add("PLTE", palette).Add("tRNS", 0, 128);
                }

                PixelImage image = ImageFile.Decode(builder.Build(Sample), ImageLimits.Default);
                Assert.Equal((width, height, mode.Colour is 0 or 4 ? 1 : 3), (image.Width, image.Height, image.ChannelCount));
                for (int index = 0; index < image.Pixels.Length; index++)
                {
                    int pixel = index / image.ChannelCount, channel = index % image.ChannelCount;
                    int x = pixel % width, y = pixel / width;
                    double shown = mode.Colour switch
                    {
                        3 => OnWhite(palette[(3 * Sample(x, y, 0)) + channel] / 255.0, Sample(x, y, 0) switch { 0 => 0, 1 => 128 / 255.0, _ => 1 }),
                        4 or 6 => OnWhite(
                            (double)Sample(x, y, channel) / largest, (double)Sample(x, y, builder.SampleCount - 1) / largest),
                        _ => (double)Sample(x, y, channel) / largest,
                    };
                    Assert.InRange(image.Pixels[index], (255 * shown) - 0.51, (255 * shown) + 0.51);
                }

                int Sample(int x, int y, int channel) => (int)(((uint)(seed + (x * 31) + (y * 131) + (channel * 17)) * 2654435761 >> 7) % (largest + 1));

                static double OnWhite(double value, double opacity) => (value * opacity) + 1 - opacity;
            },
            iter: 300);

    [Theory]
    [InlineData(0, new byte[] { 0, 9 })]
    [InlineData(2, new byte[] { 0, 9, 0, 9, 0, 9 })]
    public void OneColourMayBeTransparent(int colourType, byte[] colour)
    {
        byte[] file = new PngBuilder(2, 1, 8, colourType, false).Add("tRNS", colour).Build((x, _, _) => x == 0 ? 9 : 8);
        PixelImage image = ImageFile.Decode(file, ImageLimits.Default);
        Assert.All(image.Pixels[..image.ChannelCount], value => Assert.Equal(255, value));
        Assert.All(image.Pixels[image.ChannelCount..], value => Assert.Equal(8, value));
    }

    [Fact]
    public void WhatThisProgramWritesIsReadAgain()
    {
        var written = new RgbImage(5, 3);
        written.Pixels.Fill(77);
        written[4, 2][1] = 3;
        using var stream = new MemoryStream();
        PngWriter.Write(stream, 5, 3, PngColour.Rgb, written.Pixels);
        Assert.Equal(written.Pixels.ToArray(), ImageFile.Decode(stream.ToArray(), ImageLimits.Default).Pixels);
    }

    [Fact]
    public void HostileFilesAreRefusedInASentence()
    {
        byte[] header = [0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0], data = PngBuilder.Pack([0, 1, 2, 0, 3, 4]);
        Assert.Equal([1, 2, 3, 4], Read(("IHDR", header), ("IDAT", data), ("IEND", [])).Pixels);
        Refused("first chunk", ("IDAT", data), ("IHDR", header), ("IEND", []));
        Refused("second one", ("IHDR", header), ("IHDR", header), ("IEND", []));
        Refused("ends early", ("IHDR", header), ("IDAT", data));
        Refused("ends early", ("IHDR", header), ("IEND", []));
        Refused("ends early", ("IHDR", header), ("IDAT", PngBuilder.Pack([0, 1, 2, 0, 3])), ("IEND", []));
        Refused("unknown filter, 9", ("IHDR", header), ("IDAT", PngBuilder.Pack([9, 1, 2, 0, 3, 4])), ("IEND", []));
        Refused("several places", ("IHDR", header), ("IDAT", data[..4]), ("tEXt", []), ("IDAT", data[4..]), ("IEND", []));
        Refused("unknown chunk, ABCD", ("IHDR", header), ("ABCD", []), ("IDAT", data), ("IEND", []));
        Refused("header of 12", ("IHDR", header[..12]), ("IEND", []));
        Refused("unknown mode", ("IHDR", [0, 0, 0, 2, 0, 0, 0, 2, 3, 0, 0, 0, 0]), ("IEND", []));
        Refused("unknown mode", ("IHDR", [0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 2]), ("IEND", []));
        Refused("0 x 2 pixels", ("IHDR", [0, 0, 0, 0, 0, 0, 0, 2, 8, 0, 0, 0, 0]), ("IEND", []));
        Refused("4294967295 x 2 pixels", ("IHDR", [255, 255, 255, 255, 0, 0, 0, 2, 8, 0, 0, 0, 0]), ("IEND", []));
        Refused("30000 x 30000 pixels", ("IHDR", [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 0, 0, 0, 0]), ("IEND", []));
        byte[] indexed = [.. header];
        indexed[9] = 3;
        Refused("no palette", ("IHDR", indexed), ("IDAT", data), ("IEND", []));
        Refused("palette of 4 bytes", ("IHDR", indexed), ("PLTE", [1, 2, 3, 4]), ("IDAT", data), ("IEND", []));
        Refused("colour 1, and a palette of 1", ("IHDR", indexed), ("PLTE", [1, 2, 3]), ("IDAT", data), ("IEND", []));
        Refused("transparency chunk of 5", ("IHDR", header), ("tRNS", [1, 2, 3, 4, 5]), ("IDAT", data), ("IEND", []));
        byte[] file = PngBuilder.Join([("IHDR", header), ("IDAT", data), ("IEND", [])]);
        file[^5] ^= 1;
        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(() => ImageFile.Decode(file, ImageLimits.Default)).Message);
    }

    [Fact]
    public void DamageAnywhereIsAnErrorOrAnImage()
    {
        byte[] file = new PngBuilder(9, 7, 4, 3, true).Add("PLTE", new byte[48]).Build((x, y, _) => (x * y) % 16);
        Damage.TryAll(file);
    }

    private static PixelImage Read(params (string, byte[])[] chunks) =>
        ImageFile.Decode(PngBuilder.Join(chunks), ImageLimits.Default);

    private static void Refused(string expected, params (string, byte[])[] chunks) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Read(chunks)).Message);
}
