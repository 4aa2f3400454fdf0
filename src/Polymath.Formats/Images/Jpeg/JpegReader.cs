using System.Buffers.Binary;

namespace Polymath.Formats.Images.Jpeg;

/// <summary>
/// Reads JPEG images (ITU-T T.81): baseline and progressive, Huffman codes, 8 bits; grey, colour, and printing colours.
/// Turned upright as Exif says. Arithmetic codes and lossless images, which nobody writes, are refused by name.
/// </summary>
public static class JpegReader
{
    private const int Escape = 0xff, StartOfImage = 0xd8, EndOfImage = 0xd9, StartOfScan = 0xda;

    // A file of nothing but scans would otherwise cost minutes.
    private const int MostScans = 200;

    /// <summary>Whether bytes begin as a JPEG file does.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[Escape, StartOfImage, Escape]);

    /// <summary>Decodes an image.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="limits">What it may cost.</param>
    /// <exception cref="InvalidDataException">It is damaged, too large or of an unknown kind.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> bytes, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (!IsJpeg(bytes))
        {
            throw new InvalidDataException("is no JPEG image");
        }

        var tables = new JpegTables();
        JpegFrame? frame = null;
        int orientation = 1, scanCount = 0;
        for (int position = 2; ;)
        {
            int marker = ReadMarker(bytes, ref position);
            if (marker == EndOfImage)
            {
                return JpegOutput.ToImage(frame ?? throw new InvalidDataException("has no frame"), tables, orientation);
            }

            ReadOnlySpan<byte> data = ReadSegment(bytes, ref position);
            switch (marker)
            {
                case 0xc0 or 0xc1 or 0xc2:
                    frame = frame is null
                        ? JpegFrame.Parse(data, isProgressive: marker == 0xc2, limits)
                        : throw new InvalidDataException("has a second frame");
                    break;
                case StartOfScan:
                    if (scanCount++ == MostScans)
                    {
                        throw new InvalidDataException($"has more than {MostScans} scans");
                    }

                    JpegScan scan = tables.PrepareScan(data, frame ?? throw new InvalidDataException("has no frame"));
                    position = scan.Decode(bytes, position);
                    break;
                case 0xe1 when ExifOrientation.TryRead(data, out int found):
                    orientation = found;
                    break;
                case >= 0xc3 and <= 0xcf and not 0xc4:
                    throw new InvalidDataException(
                        $"is of an unknown kind of JPEG, {marker:x2}: expected a baseline or progressive one");
                default:
                    tables.Read(marker, data);
                    break;
            }
        }
    }

    private static int ReadMarker(ReadOnlySpan<byte> bytes, ref int position)
    {
        if (position >= bytes.Length)
        {
            throw new InvalidDataException("ends early");
        }

        if (bytes[position] != Escape)
        {
            throw new InvalidDataException($"is damaged: expected a marker at byte {position}");
        }

        // Any number of escapes may stand before a marker.
        while (position < bytes.Length && bytes[position] == Escape)
        {
            position++;
        }

        return position < bytes.Length ? bytes[position++] : throw new InvalidDataException("ends early");
    }

    private static ReadOnlySpan<byte> ReadSegment(ReadOnlySpan<byte> bytes, ref int position)
    {
        int length = position + 2 <= bytes.Length ? BinaryPrimitives.ReadUInt16BigEndian(bytes[position..]) : 0;
        if (length < 2 || length > bytes.Length - position)
        {
            throw new InvalidDataException("ends early, or a segment has a wrong length");
        }

        ReadOnlySpan<byte> data = bytes.Slice(position + 2, length - 2);
        position += length;
        return data;
    }
}
