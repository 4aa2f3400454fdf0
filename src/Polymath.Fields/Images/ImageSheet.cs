using Polymath.Formats.Images;

namespace Polymath.Fields.Images;

/// <summary>Images of one size side by side.</summary>
public static class ImageSheet
{
    private const int Gap = 2, SmallestCell = 56;
    private const byte Background = 255;

    /// <summary>Draws images in rows; small ones are enlarged by whole factors.</summary>
    /// <param name="images">At least one, all of one size.</param>
    /// <param name="columnCount">Images of a row.</param>
    public static RgbImage Draw(IReadOnlyList<PixelImage> images, int columnCount)
    {
        int width = images[0].Width, height = images[0].Height;
        int factor = Math.Max(1, SmallestCell / Math.Max(width, height));
        int columns = Math.Min(columnCount, images.Count), rows = (images.Count + columns - 1) / columns;
        int cellWidth = (width * factor) + Gap, cellHeight = (height * factor) + Gap;
        var sheet = new RgbImage((columns * cellWidth) + Gap, (rows * cellHeight) + Gap);
        sheet.Pixels.Fill(Background);
        for (int index = 0; index < images.Count; index++)
        {
            int left = (index % columns * cellWidth) + Gap, top = (index / columns * cellHeight) + Gap;
            Paste(images[index], sheet, left, top, factor);
        }

        return sheet;
    }

    private static void Paste(PixelImage image, RgbImage sheet, int left, int top, int factor)
    {
        for (int y = 0; y < image.Height * factor; y++)
        {
            for (int x = 0; x < image.Width * factor; x++)
            {
                int pixel = ((y / factor * image.Width) + (x / factor)) * image.ChannelCount;
                Span<byte> target = sheet[left + x, top + y];
                for (int channel = 0; channel < target.Length; channel++)
                {
                    target[channel] = image.Pixels[pixel + (image.ChannelCount == 1 ? 0 : channel)];
                }
            }
        }
    }
}
