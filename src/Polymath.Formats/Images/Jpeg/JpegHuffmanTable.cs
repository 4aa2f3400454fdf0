namespace Polymath.Formats.Images.Jpeg;

/// <summary>A table of Huffman codes (ITU-T T.81, annexes C and F.2.2.3).</summary>
internal sealed class JpegHuffmanTable
{
    /// <summary>The longest code in bits.</summary>
    public const int MaxLength = 16;

    private const int FastBits = 9;

    private readonly byte[] _symbols;

    // For every beginning of so many bits: symbol and length where the code is no longer, else 0.
    private readonly ushort[] _fast = new ushort[1 << FastBits];

    // By length: one more than the largest code, on the left of 16 bits; and where its symbols begin, less its first code.
    private readonly int[] _ends = new int[MaxLength + 1];
    private readonly int[] _offsets = new int[MaxLength + 1];

    /// <summary>Builds a table.</summary>
    /// <param name="counts">[16], the codes of every length from 1.</param>
    /// <param name="symbols">The symbols in the order of their codes.</param>
    /// <exception cref="InvalidDataException">There are more codes than lengths allow.</exception>
    public JpegHuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        int code = 0, next = 0;
        for (int length = 1; length <= MaxLength; length++)
        {
            int count = counts[length - 1];
            _offsets[length] = next - code;
            if (code + count > 1 << length)
            {
                throw new InvalidDataException("has a Huffman table with more codes than its lengths allow");
            }

            for (int index = 0; index < count; index++, code++, next++)
            {
                if (length <= FastBits)
                {
                    int shift = FastBits - length;
                    _fast.AsSpan(code << shift, 1 << shift).Fill((ushort)((length << 8) | _symbols[next]));
                }
            }

            _ends[length] = code << (MaxLength - length);
            code <<= 1;
        }
    }

    /// <summary>The symbol whose code comes next, and the code's length.</summary>
    /// <param name="bits">The next 16 bits.</param>
    /// <exception cref="InvalidDataException">No code begins so.</exception>
    public (byte Symbol, int Length) Find(int bits)
    {
        int fast = _fast[bits >> (MaxLength - FastBits)];
        if (fast != 0)
        {
            return ((byte)fast, fast >> 8);
        }

        for (int length = FastBits + 1; length <= MaxLength; length++)
        {
            if (bits < _ends[length])
            {
                return (_symbols[(bits >> (MaxLength - length)) + _offsets[length]], length);
            }
        }

        throw new InvalidDataException("has bits that are no code of its Huffman table");
    }
}
