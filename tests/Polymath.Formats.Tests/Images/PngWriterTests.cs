using CsCheck;
using Polymath.Formats.Images;

namespace Polymath.Formats.Tests.Images;

public sealed class PngWriterTests
{
    [Theory]
    [InlineData(PngColour.Grey, 1)]
    [InlineData(PngColour.Rgb, 3)]
    [InlineData(PngColour.Rgba, 4)]
    public void PixelsAreReadAgain(PngColour colour, int channelCount)
    {
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20]).SelectMany((width, height) =>
            Gen.Byte.Array[width * height * channelCount].Select(pixels => (width, height, pixels)))
            .Sample(image =>
            {
                PngImage read = PngReader.Read(Encode(image.width, image.height, colour, image.pixels));
                Assert.Equal((image.width, image.height, (int)colour), (read.Width, read.Height, read.ColourType));
                Assert.Equal(image.pixels, read.Pixels);
            }, iter: 100);
    }

    [Fact]
    public void HeaderAndEndAreTheBytesOfTheFormat()
    {
        byte[] file = Encode(1, 2, PngColour.Rgb, new byte[6]);
        byte[] start =
        [
            0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52,
            0, 0, 0, 1, 0, 0, 0, 2, 8, 2, 0, 0, 0,
        ];
        Assert.Equal(start, file[..start.Length]);
        Assert.Equal([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82], file[^12..]);
    }

    [Fact]
    public void EqualPixelsGiveEqualBytes() =>
        Assert.Equal(Encode(9, 9, PngColour.Grey, new byte[81]), Encode(9, 9, PngColour.Grey, new byte[81]));

    [Fact]
    public void SizesThatDoNotFitAreErrors()
    {
        Assert.Throws<ArgumentException>(() => Encode(2, 2, PngColour.Rgb, new byte[11]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Encode(0, 2, PngColour.Rgb, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Encode(2, -1, PngColour.Rgb, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Encode(1, 1, (PngColour)3, new byte[1]));
        Assert.Throws<OverflowException>(() => Encode(int.MaxValue, 1, PngColour.Rgba, new byte[1]));
    }

    private static byte[] Encode(int width, int height, PngColour colour, byte[] pixels)
    {
        using MemoryStream stream = new();
        PngWriter.Write(stream, width, height, colour, pixels);
        return stream.ToArray();
    }
}
