using System.Buffers.Binary;

namespace Polymath.Formats.Images.Jpeg;

/// <summary>How a camera was held, in the Exif block of a photograph (Exif 2.32, tag 0x0112).</summary>
internal static class ExifOrientation
{
    private const int Tag = 0x0112, ShortType = 3, EntryBytes = 12;

    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>Finds the orientation, 1 to 8; what cannot be read is passed over: it is no part of the image.</summary>
    public static bool TryRead(ReadOnlySpan<byte> segment, out int orientation)
    {
        orientation = 1;
        if (!segment.StartsWith(Prefix))
        {
            return false;
        }

        ReadOnlySpan<byte> tiff = segment[Prefix.Length..];
        bool isLittle = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || (!isLittle && !tiff.StartsWith("MM"u8)))
        {
            return false;
        }

        uint start = isLittle
            ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..])
            : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (start > tiff.Length - 2)
        {
            return false;
        }

        ReadOnlySpan<byte> directory = tiff[(int)start..];
        int count = Short(directory);
        directory = directory[2..];
        for (int entry = 0; entry < count && directory.Length >= EntryBytes; entry++, directory = directory[EntryBytes..])
        {
            if (Short(directory) == Tag && Short(directory[2..]) == ShortType)
            {
                orientation = Short(directory[8..]);
                return orientation is >= 1 and <= 8;
            }
        }

        return false;

        int Short(ReadOnlySpan<byte> bytes) => isLittle
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes)
            : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    /// <summary>The image upright.</summary>
    public static PixelImage Apply(PixelImage image, int orientation)
    {
        if (orientation == 1)
        {
            return image;
        }

        // From 5 on, rows are columns.
        bool isTurned = orientation >= 5;
        (int width, int height) = isTurned ? (image.Height, image.Width) : (image.Width, image.Height);
        var pixels = new byte[image.Pixels.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int fromX, int fromY) = orientation switch
                {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, width - 1 - x),
                    7 => (height - 1 - y, width - 1 - x),
                    _ => (height - 1 - y, x),
                };
                image.Pixels.AsSpan(((fromY * image.Width) + fromX) * image.ChannelCount, image.ChannelCount)
                    .CopyTo(pixels.AsSpan(((y * width) + x) * image.ChannelCount));
            }
        }

        return new PixelImage(width, height, image.ChannelCount, pixels);
    }
}
