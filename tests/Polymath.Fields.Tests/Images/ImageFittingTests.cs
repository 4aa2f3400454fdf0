using CsCheck;
using Polymath.Fields.Images;
using Polymath.Formats.Images;

namespace Polymath.Fields.Tests.Images;

public sealed class ImageFittingTests
{
    [Fact]
    public void OneColourStaysOneColourWhateverTheSize() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 20], Gen.Byte).Sample((width, height, side, value) =>
        {
            byte[] pixels = new byte[width * height];
            Array.Fill(pixels, value);
            byte[] fitted = ImageFitting.Fit(new PixelImage(width, height, 1, pixels), side, 3);
            Assert.Equal(side * side * 3, fitted.Length);
            Assert.All(fitted, found => Assert.Equal(value, found));
        });

    [Fact]
    public void AnImageOfTheRightSizeIsLeftAsItIs()
    {
        byte[] pixels = [.. Enumerable.Range(0, 48).Select(index => (byte)(index * 5))];
        Assert.Equal(pixels, ImageFitting.Fit(new PixelImage(4, 4, 3, pixels), 4, 3));
    }

    [Fact]
    public void ColourBecomesGreyByItsBrightness() =>
        Assert.Equal([76], ImageFitting.Fit(new PixelImage(1, 1, 3, [255, 0, 0]), 1, 1));

    [Fact]
    public void ShrinkingTakesTheMeanOfWhatFallsTogether()
    {
        byte[] stripes = [.. Enumerable.Range(0, 64).Select(index => (byte)(index % 2 == 0 ? 0 : 200))];
        Assert.All(ImageFitting.Fit(new PixelImage(8, 8, 1, stripes), 2, 1), value => Assert.InRange(value, 90, 110));
    }

    [Fact]
    public void AWideImageLiesInTheMiddleOfItsBordersColour()
    {
        byte[] pixels = [.. Enumerable.Repeat((byte)10, 16), .. Enumerable.Repeat((byte)50, 16)];
        byte[] fitted = ImageFitting.Fit(new PixelImage(8, 4, 1, pixels), 8, 1);
        byte[] rows = [.. Enumerable.Range(0, 8).Select(y => fitted[y * 8])];
        Assert.Equal([30, 30, 10, 10, 50, 50, 30, 30], rows);
    }
}
