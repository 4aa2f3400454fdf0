using System.Buffers.Binary;
using Polymath.Formats.Files;

namespace Polymath.Formats.Images;

/// <summary>
/// Frames of one size, shown one after the other without end: an animated GIF (GIF89a). All frames share a palette of at
/// most 256 colours: their own where these are no more, else the nearest of six steps a channel.
/// </summary>
public sealed class GifAnimation
{
    private const int LargestPalette = 256, StepsOfChannel = 6;

    private readonly List<PixelImage> _frames = [];

    /// <summary>How long a frame is shown, in hundredths of a second.</summary>
    public int FrameHundredths { get; init; } = 6;

    /// <summary>How wide and high a pixel is drawn.</summary>
    public int Enlargement { get; init; } = 1;

    /// <summary>Frames so far.</summary>
    public int FrameCount => _frames.Count;

    /// <summary>Appends a frame.</summary>
    /// <exception cref="ArgumentException">It is of another size than the first, or wider or higher than 65 535.</exception>
    public void Add(PixelImage frame)
    {
        if (_frames.Count > 0 && (frame.Width != _frames[0].Width || frame.Height != _frames[0].Height))
        {
            throw new ArgumentException(
                $"a frame of {frame.Width} x {frame.Height} in an animation of {_frames[0].Width} x {_frames[0].Height}");
        }

        if (Math.Max(frame.Width, frame.Height) * (long)Enlargement > ushort.MaxValue)
        {
            throw new ArgumentException($"a frame of {frame.Width} x {frame.Height}, enlarged {Enlargement} times, is too large");
        }

        _frames.Add(frame);
    }

    /// <summary>Writes the animation, whole or not at all.</summary>
    /// <inheritdoc cref="AtomicFile.Write" path="/exception"/>
    public void Save(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the animation; it has at least one frame.</summary>
    public void Write(Stream stream)
    {
        Dictionary<int, byte>? colours = CollectColours();
        byte[] palette = PaletteOf(colours);
        int bits = Math.Max(1, BitsFor(palette.Length / RgbImage.ChannelCount)), width = _frames[0].Width * Enlargement;
        int height = _frames[0].Height * Enlargement;
        stream.Write("GIF89a"u8);
        WriteShort(stream, width);
        WriteShort(stream, height);
        stream.WriteByte((byte)(0x80 | (7 << 4) | (bits - 1))); // a palette, of 8 bits a channel
        stream.Write([0, 0]); // background, aspect
        Array.Resize(ref palette, (1 << bits) * RgbImage.ChannelCount);
        stream.Write(palette);
        stream.Write([0x21, 0xFF, 11]);
        stream.Write("NETSCAPE2.0"u8);
        stream.Write([3, 1, 0, 0, 0]); // again and again
        var indices = new byte[width * height];
        foreach (PixelImage frame in _frames)
        {
            stream.Write([0x21, 0xF9, 4, 0]);
            WriteShort(stream, FrameHundredths);
            stream.Write([0, 0, 0x2C, 0, 0, 0, 0]);
            WriteShort(stream, width);
            WriteShort(stream, height);
            stream.WriteByte(0);
            Index(frame, colours, indices);
            GifCompression.Write(stream, indices, Math.Max(2, bits));
        }

        stream.WriteByte(0x3B);
    }

    private static int BitsFor(int count) => (int)Math.Ceiling(Math.Log2(count));

    private static void WriteShort(Stream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        stream.Write(bytes);
    }

    private static int ColourOf(PixelImage frame, int pixel)
    {
        ReadOnlySpan<byte> channels = frame.Pixels.AsSpan(pixel * frame.ChannelCount, frame.ChannelCount);
        return (channels[0] << 16) | (channels[channels.Length / 2] << 8) | channels[^1];
    }

    private static byte NearestOf(int colour)
    {
        int index = 0;
        for (int shift = 16; shift >= 0; shift -= 8)
        {
            int channel = (colour >> shift) & 255;
            index = (index * StepsOfChannel) + (((channel * (StepsOfChannel - 1)) + 127) / 255);
        }

        return (byte)index;
    }

    // The frames' colours by their order of appearance; null where there are too many.
    private Dictionary<int, byte>? CollectColours()
    {
        var colours = new Dictionary<int, byte>();
        foreach (PixelImage frame in _frames)
        {
            for (int pixel = 0; pixel < frame.Width * frame.Height; pixel++)
            {
                int colour = ColourOf(frame, pixel);
                if (!colours.ContainsKey(colour))
                {
                    if (colours.Count == LargestPalette)
                    {
                        return null;
                    }

                    colours.Add(colour, (byte)colours.Count);
                }
            }
        }

        return colours;
    }

    private static byte[] PaletteOf(Dictionary<int, byte>? colours)
    {
        IEnumerable<int> entries = colours is not null
            ? colours.OrderBy(entry => entry.Value).Select(entry => entry.Key)
            : from red in Enumerable.Range(0, StepsOfChannel)
              from green in Enumerable.Range(0, StepsOfChannel)
              from blue in Enumerable.Range(0, StepsOfChannel)
              select ((red << 16) | (green << 8) | blue) * (255 / (StepsOfChannel - 1));
        return [.. entries.SelectMany(colour => new[] { (byte)(colour >> 16), (byte)(colour >> 8), (byte)colour })];
    }

    private void Index(PixelImage frame, Dictionary<int, byte>? colours, byte[] indices)
    {
        int width = frame.Width * Enlargement;
        for (int y = 0; y < frame.Height; y++)
        {
            Span<byte> row = indices.AsSpan(y * Enlargement * width, width);
            for (int x = 0; x < frame.Width; x++)
            {
                int colour = ColourOf(frame, (y * frame.Width) + x);
                row.Slice(x * Enlargement, Enlargement).Fill(colours is null ? NearestOf(colour) : colours[colour]);
            }

            for (int copy = 1; copy < Enlargement; copy++)
            {
                row.CopyTo(indices.AsSpan(((y * Enlargement) + copy) * width, width));
            }
        }
    }
}
