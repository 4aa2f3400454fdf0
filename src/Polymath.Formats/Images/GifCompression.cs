namespace Polymath.Formats.Images;

/// <summary>
/// The compression of GIF: LZW (Welch, 1984) whose codes grow from the width of a pixel to 12 bits and begin anew when
/// they are used up, in blocks of at most 255 bytes.
/// </summary>
internal static class GifCompression
{
    private const int LargestCode = 4096, LargestBlock = 255;

    /// <summary>Writes the pixels of an image.</summary>
    /// <param name="stream">Receives the code width, the blocks and the empty block behind them.</param>
    /// <param name="pixels">Indices of the palette, each below 2^<paramref name="bits"/>.</param>
    /// <param name="bits">The width of a pixel, from 2 to 8.</param>
    public static void Write(Stream stream, ReadOnlySpan<byte> pixels, int bits)
    {
        stream.WriteByte((byte)bits);
        var blocks = new BlockWriter(stream);
        int clear = 1 << bits, end = clear + 1, next = end + 1, width = bits + 1;

        // What follows a code by which pixel, as a code of its own; 0: nothing yet.
        var followers = new short[LargestCode << bits];
        blocks.Write(clear, width);
        int code = pixels[0];
        foreach (byte pixel in pixels[1..])
        {
            ref short follower = ref followers[(code << bits) | pixel];
            if (follower != 0)
            {
                code = follower;
                continue;
            }

            blocks.Write(code, width);
            code = pixel;
            if (next == LargestCode)
            {
                blocks.Write(clear, width);
                Array.Clear(followers);
                (next, width) = (end + 1, bits + 1);
                continue;
            }

            width += next == 1 << width ? 1 : 0;
            follower = (short)next++;
        }

        blocks.Write(code, width);
        blocks.Write(end, width + (next == 1 << width && width < 12 ? 1 : 0));
        blocks.End();
    }

    // Codes from the lowest bit on.
    private sealed class BlockWriter(Stream stream)
    {
        private readonly byte[] _block = new byte[LargestBlock];
        private int _length, _bits, _bitCount;

        public void Write(int code, int width)
        {
            _bits |= code << _bitCount;
            _bitCount += width;
            for (; _bitCount >= 8; _bitCount -= 8, _bits >>= 8)
            {
                Append((byte)_bits);
            }
        }

        public void End()
        {
            if (_bitCount > 0)
            {
                Append((byte)_bits);
            }

            Flush();
            stream.WriteByte(0);
        }

        private void Append(byte value)
        {
            _block[_length++] = value;
            if (_length == LargestBlock)
            {
                Flush();
            }
        }

        private void Flush()
        {
            if (_length > 0)
            {
                stream.WriteByte((byte)_length);
                stream.Write(_block, 0, _length);
                _length = 0;
            }
        }
    }
}
