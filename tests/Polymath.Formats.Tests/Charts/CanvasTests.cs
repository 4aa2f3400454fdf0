using CsCheck;
using Polymath.Formats.Charts;
using Polymath.Formats.Images;

namespace Polymath.Formats.Tests.Charts;

public sealed class CanvasTests
{
    private static readonly ChartColour White = new(255, 255, 255);

    [Fact]
    public void TheInkOfAStrokeIsLengthTimesWidth()
    {
        Gen.Double[0, 2 * Math.PI].Sample(angle =>
        {
            (double sin, double cos) = Math.SinCos(angle);
            ChartPoint[] stroke = [new(100 - (60 * cos), 100 - (60 * sin)), new(100 + (60 * cos), 100 + (60 * sin))];
            double ink = Ink(Draw(stroke, 2));
            double expected = (120 * 2) + Math.PI;
            Assert.InRange(ink, expected * 0.97, expected * 1.03);
        }, iter: 100);
    }

    [Fact]
    public void JointsAndOverlapsAreNotPaintedTwice()
    {
        RgbImage once = Draw([new(20.5, 50.5), new(150.5, 50.5)], 1);
        RgbImage twice = Draw([new(20.5, 50.5), new(90.5, 50.5), new(60.5, 50.5), new(150.5, 50.5)], 1);
        Assert.Equal(once.Pixels, twice.Pixels);
    }

    [Fact]
    public void AHorizontalStrokeThroughPixelCentresIsSharp()
    {
        RgbImage image = Draw([new(20, 50.5), new(150, 50.5)], 1);
        Assert.Equal(0, image[80, 49][0]);
        Assert.Equal(255, image[80, 50][0]);
        Assert.Equal(0, image[80, 51][0]);
    }

    [Fact]
    public void NothingIsPaintedOutsideTheClipOrTheImage()
    {
        RgbImage image = new(50, 50);
        Canvas canvas = new(image);
        ChartRectangle clip = new(10, 10, 40, 40);
        canvas.AddPolyline([new(-1000, -1000), new(1000, 1000)], 8, clip);
        canvas.Paint(White);
        Assert.Equal(0, image[9, 9][0]);
        Assert.Equal(255, image[10, 10][0]);
        Assert.Equal(255, image[39, 39][0]);
        Assert.Equal(0, image[40, 40][0]);
        canvas.AddPolyline([new(-5, 25), new(1e7, 25)], 2, canvas.Whole);
        canvas.FillRectangle(new ChartRectangle(-10, -10, 5, 5), White);
        canvas.Paint(White);
        Assert.Equal(255, image[49, 25][0]);
    }

    [Fact]
    public void TheMaskIsEmptyAfterPainting()
    {
        RgbImage image = new(50, 50);
        Canvas canvas = new(image);
        canvas.AddPolyline([new(10, 10)], 6, canvas.Whole);
        canvas.Paint(White);
        canvas.FillRectangle(canvas.Whole, new ChartColour(0, 0, 0));
        canvas.AddPolyline([new(40, 40)], 6, canvas.Whole);
        canvas.Paint(White);
        Assert.Equal(0, image[10, 10][0]);
        Assert.Equal(255, image[40, 40][0]);
    }

    private static RgbImage Draw(ChartPoint[] points, double width)
    {
        RgbImage image = new(200, 200);
        Canvas canvas = new(image);
        canvas.AddPolyline(points, width, canvas.Whole);
        canvas.Paint(White);
        return image;
    }

    private static double Ink(RgbImage image)
    {
        double ink = 0;
        for (int i = 0; i < image.Pixels.Length; i += 3)
        {
            ink += image.Pixels[i] / 255.0;
        }

        return ink;
    }
}
