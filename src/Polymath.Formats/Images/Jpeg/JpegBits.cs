namespace Polymath.Formats.Images.Jpeg;

/// <summary>The bits of a scan: stuffed zeros left out, up to the next marker.</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> bytes, int position)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private uint _buffer;
    private int _count;

    /// <summary>Where the next byte is that was not taken in.</summary>
    public int Position { get; private set; } = position;

    /// <summary>The symbol of the next code.</summary>
    public int ReadSymbol(JpegHuffmanTable table)
    {
        Fill();
        (byte symbol, int length) = table.Find((int)(_buffer >> 16));
        Skip(length);
        return symbol;
    }

    /// <summary>The next so many bits, at most 16, as a number.</summary>
    public int ReadBits(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        Fill();
        int value = (int)(_buffer >> (32 - count));
        Skip(count);
        return value;
    }

    /// <summary>The next so many bits, at most 15, as a signed number (section F.2.2.1).</summary>
    public int ReadSigned(int count)
    {
        int value = ReadBits(count);
        return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
    }

    /// <summary>Forgets the rest of a byte and passes a restart marker.</summary>
    /// <param name="number">Its number, 0 to 7.</param>
    /// <exception cref="InvalidDataException">Another follows.</exception>
    public void Restart(int number)
    {
        (_buffer, _count) = (0, 0);
        if (Position + 1 >= _bytes.Length || _bytes[Position] != 0xff || _bytes[Position + 1] != 0xd0 + number)
        {
            throw new InvalidDataException("is damaged: a restart marker is missing");
        }

        Position += 2;
    }

    private void Fill()
    {
        while (_count <= 24 && Position < _bytes.Length)
        {
            byte value = _bytes[Position];
            if (value == 0xff)
            {
                if (Position + 1 >= _bytes.Length || _bytes[Position + 1] != 0)
                {
                    return;
                }

                Position++;
            }

            Position++;
            _buffer |= (uint)value << (24 - _count);
            _count += 8;
        }
    }

    private void Skip(int count)
    {
        if (count > _count)
        {
            throw new InvalidDataException("ends early: a scan is shorter than its image");
        }

        _buffer <<= count;
        _count -= count;
    }
}
