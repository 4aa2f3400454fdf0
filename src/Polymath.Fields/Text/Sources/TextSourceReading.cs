namespace Polymath.Fields.Text.Sources;

/// <summary>Shared ways of reading an <see cref="ITextSource"/>.</summary>
public static class TextSourceReading
{
    /// <summary>
    /// Reads the beginning of a part, all documents joined: what a tokenizer learns from or an examination reads.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="part">Which side of the split.</param>
    /// <param name="maxBytes">Where to stop; the cut falls between characters.</param>
    public static byte[] ReadHead(this ITextSource source, TextPart part, int maxBytes = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        long available = source.Measure(part).ByteCount;
        byte[] head = new byte[(int)Math.Min(available, Math.Min(maxBytes, Array.MaxLength))];
        int count = 0;
        foreach (TextBlock block in source.Read(part))
        {
            int taken = Math.Min(block.Utf8.Length, head.Length - count);
            taken = taken < block.Utf8.Length ? CharacterStart(block.Utf8.Span, taken) : taken;
            block.Utf8.Span[..taken].CopyTo(head.AsSpan(count));
            count += taken;
            if (taken < block.Utf8.Length)
            {
                break;
            }
        }

        return count == head.Length ? head : head[..count];
    }

    /// <summary>
    /// Reads the end of a part, all documents joined: what a compressor is primed with. The cut at its beginning may
    /// fall inside a character.
    /// </summary>
    public static byte[] ReadTail(this ITextSource source, TextPart part, int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        long skipped = Math.Max(0, source.Measure(part).ByteCount - maxBytes);
        byte[] tail = new byte[(int)(source.Measure(part).ByteCount - skipped)];
        long offset = -skipped;
        foreach (TextBlock block in source.Read(part))
        {
            int unwanted = (int)Math.Clamp(-offset, 0, block.Utf8.Length);
            block.Utf8.Span[unwanted..].CopyTo(tail.AsSpan((int)Math.Max(0, offset)));
            offset += block.Utf8.Length;
        }

        return tail;
    }

    /// <summary>The last position at or before <paramref name="position"/> at which a character begins.</summary>
    internal static int CharacterStart(ReadOnlySpan<byte> utf8, int position)
    {
        while (position > 0 && position < utf8.Length && (utf8[position] & 0xC0) == 0x80)
        {
            position--;
        }

        return position;
    }
}
