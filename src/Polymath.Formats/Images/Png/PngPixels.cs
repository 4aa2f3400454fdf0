using System.Buffers.Binary;

namespace Polymath.Formats.Images.Png;

/// <summary>What the colours of an image need beside its samples.</summary>
/// <param name="Palette">Three bytes a colour, or null.</param>
/// <param name="Transparency">The chunk <c>tRNS</c>, or null.</param>
internal readonly record struct PngColours(byte[]? Palette, byte[]? Transparency);

/// <summary>Turns rows of samples into grey or colour on white.</summary>
internal sealed class PngPixels
{
    private readonly PngHeader _header;
    private readonly PngColours _colours;
    private readonly int _channelCount;
    private readonly byte[] _pixels;

    /// <summary>Takes an image's memory.</summary>
    /// <exception cref="InvalidDataException">Palette or transparency do not fit the mode.</exception>
    public PngPixels(PngHeader header, PngColours colours)
    {
        (_header, _colours) = (header, colours);
        bool hasPalette = header.ColourType == PngHeader.Palette;
        if (hasPalette && colours.Palette is null)
        {
            throw new InvalidDataException("has no palette");
        }

        if (colours.Transparency is byte[] transparency && !Fits(transparency.Length))
        {
            throw new InvalidDataException($"has a transparency chunk of {transparency.Length} bytes, which does not fit its mode");
        }

        _channelCount = header.ColourType is PngHeader.Grey or PngHeader.GreyAndOpacity ? 1 : 3;
        _pixels = new byte[checked(header.Width * header.Height * _channelCount)];

        bool Fits(int length) => header.ColourType switch
        {
            PngHeader.Grey => length == 2,
            PngHeader.Colour => length == 6,
            PngHeader.Palette => length <= colours.Palette!.Length / 3,
            _ => false,
        };
    }

    /// <summary>The finished image.</summary>
    public PixelImage ToImage() => new(_header.Width, _header.Height, _channelCount, _pixels);

    /// <summary>Takes a row of a pass.</summary>
    /// <exception cref="InvalidDataException">A sample is outside of the palette.</exception>
    public void SetRow(PngPass pass, int y, ReadOnlySpan<byte> row)
    {
        Span<int> samples = stackalloc int[4];
        samples = samples[.._header.SampleCount];
        for (int x = 0; x < pass.Width; x++)
        {
            for (int sample = 0; sample < samples.Length; sample++)
            {
                samples[sample] = SampleAt(row, (x * samples.Length) + sample);
            }

            long pixel = ((long)(pass.Top + (y * pass.StepY)) * _header.Width) + pass.Left + (x * pass.StepX);
            Write(samples, _pixels.AsSpan((int)(pixel * _channelCount), _channelCount));
        }
    }

    private int SampleAt(ReadOnlySpan<byte> row, int index)
    {
        int depth = _header.BitDepth;
        if (depth == 16)
        {
            return BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]);
        }

        int bit = index * depth;
        return (row[bit / 8] >> (8 - depth - (bit % 8))) & ((1 << depth) - 1);
    }

    private void Write(ReadOnlySpan<int> samples, Span<byte> pixel)
    {
        if (_header.ColourType == PngHeader.Palette)
        {
            WriteFromPalette(samples[0], pixel);
            return;
        }

        int largest = (1 << _header.BitDepth) - 1;
        int opacity = _header.ColourType is PngHeader.GreyAndOpacity or PngHeader.ColourAndOpacity ? samples[^1]
            : IsTransparent(samples) ? 0 : largest;
        for (int channel = 0; channel < pixel.Length; channel++)
        {
            pixel[channel] = OnWhite(samples[channel], opacity, largest);
        }
    }

    private void WriteFromPalette(int index, Span<byte> pixel)
    {
        byte[] palette = _colours.Palette!;
        if (3 * index >= palette.Length)
        {
            throw new InvalidDataException($"has a pixel of colour {index}, and a palette of {palette.Length / 3}");
        }

        int opacity = index < _colours.Transparency?.Length ? _colours.Transparency[index] : byte.MaxValue;
        for (int channel = 0; channel < pixel.Length; channel++)
        {
            pixel[channel] = OnWhite(palette[(3 * index) + channel], opacity, byte.MaxValue);
        }
    }

    // One colour may be declared transparent.
    private bool IsTransparent(ReadOnlySpan<int> samples)
    {
        if (_colours.Transparency is not byte[] colour)
        {
            return false;
        }

        for (int sample = 0; sample < samples.Length; sample++)
        {
            if (samples[sample] != BinaryPrimitives.ReadUInt16BigEndian(colour.AsSpan(2 * sample)))
            {
                return false;
            }
        }

        return true;
    }

    // From 0 to largest, both, into 8 bits, rounded to the nearest.
    private static byte OnWhite(int sample, int opacity, int largest)
    {
        long shown = ((long)sample * opacity) + ((long)largest * (largest - opacity)), whole = (long)largest * largest;
        return (byte)(((shown * byte.MaxValue) + (whole / 2)) / whole);
    }
}
