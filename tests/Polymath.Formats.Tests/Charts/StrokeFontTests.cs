using Polymath.Formats.Charts;
using Polymath.Formats.Images;

namespace Polymath.Formats.Tests.Charts;

public sealed class StrokeFontTests
{
    [Fact]
    public void EveryPrintableCharacterLeavesInkOfItsOwn()
    {
        HashSet<string> shapes = [];
        for (char c = ' '; c <= '~'; c++)
        {
            byte[] pixels = Draw(c.ToString()).Pixels.ToArray();
            Assert.True(c == ' ' || pixels.Any(value => value != 0), $"'{c}' is invisible");
            Assert.True(shapes.Add(Convert.ToBase64String(pixels)), $"'{c}' looks like another character");
        }

        Assert.Equal(95, StrokeGlyphs.Ascii.Length);
        Assert.Contains(Draw("é").Pixels.ToArray(), value => value != 0);
    }

    [Fact]
    public void TheMeasuredWidthIsTheWidthOfTheInk()
    {
        foreach (string text in new[] { "HH", "Width 10", "oo.oo" })
        {
            RgbImage image = Draw(text);
            int right = Enumerable.Range(0, image.Width).Last(x => HasInk(image, x));
            int left = Enumerable.Range(0, image.Width).First(x => HasInk(image, x));
            Assert.InRange(right - left, StrokeFont.Measure(text, 40) - 1, StrokeFont.Measure(text, 40) + 5);
        }

        Assert.Equal(0, StrokeFont.Measure("", 40));
        Assert.Equal(2 * StrokeFont.Measure("text", 10), StrokeFont.Measure("text", 20), 9);
    }

    [Fact]
    public void UpwardTextIsTheSameTextTurned()
    {
        RgbImage flat = new(100, 100);
        RgbImage turned = new(100, 100);
        Canvas flatCanvas = new(flat);
        Canvas turnedCanvas = new(turned);
        StrokeFont.Add(flatCanvas, "Fg", new ChartPoint(20, 50), 30, 2);
        StrokeFont.Add(turnedCanvas, "Fg", new ChartPoint(50, 80), 30, 2, upwards: true);
        flatCanvas.Paint(new ChartColour(255, 0, 0));
        turnedCanvas.Paint(new ChartColour(255, 0, 0));
        for (int y = 0; y < 100; y++)
        {
            for (int x = 0; x < 100; x++)
            {
                Assert.InRange(turned[y, 99 - x][0] - flat[x, y][0], -1, 1);
            }
        }
    }

    private static RgbImage Draw(string text)
    {
        RgbImage image = new(320, 60);
        Canvas canvas = new(image);
        StrokeFont.Add(canvas, text, new ChartPoint(10, 44), 40, 3);
        canvas.Paint(new ChartColour(255, 255, 255));
        return image;
    }

    private static bool HasInk(RgbImage image, int x) => Enumerable.Range(0, image.Height).Any(y => image[x, y][0] > 0);
}
