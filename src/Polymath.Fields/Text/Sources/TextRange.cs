using Polymath.Compute;

namespace Polymath.Fields.Text.Sources;

/// <summary>A stretch of a text file on one side of the split.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">Bytes from the beginning of its text.</param>
/// <param name="Length">Bytes.</param>
internal sealed record TextRange(TextFile File, long Offset, long Length)
{
    // Large enough that the cut between blocks, which may part what a tokenizer would join, hardly matters.
    private const int BlockBytes = 1 << 20;
    private const int LongestCharacter = 4;

    /// <summary>Reads the stretch in blocks cut behind a line where there is one, else between characters.</summary>
    /// <exception cref="InvalidInputException">The file has become shorter since it was scanned.</exception>
    public IEnumerable<TextBlock> Read()
    {
        using FileStream stream = TextFile.Open(File.Path);
        stream.Position = File.Start + Offset;
        byte[] buffer = new byte[(int)Math.Min(BlockBytes, Length)];
        int held = 0;
        bool starts = true;
        for (long remaining = Length; remaining > 0 || held > 0;)
        {
            int wanted = (int)Math.Min(buffer.Length - held, remaining);
            if (stream.ReadAtLeast(buffer.AsSpan(held, wanted), wanted, throwOnEndOfStream: false) < wanted)
            {
                throw new InvalidInputException($"{File.Path}: the file changed while it was read; run again.");
            }

            remaining -= wanted;
            held += wanted;
            int cut = remaining == 0 ? held : CutPosition(buffer.AsSpan(0, held));
            yield return new TextBlock(File.Path, starts, buffer.AsMemory(0, cut));
            starts = false;
            buffer.AsSpan(cut, held - cut).CopyTo(buffer);
            held -= cut;
        }
    }

    /// <summary>The last position at or before an offset into a file's text at which a character begins.</summary>
    public static long CharacterStart(TextFile file, long offset)
    {
        using FileStream stream = TextFile.Open(file.Path);
        long from = Math.Max(0, offset - LongestCharacter);
        stream.Position = file.Start + from;
        Span<byte> around = stackalloc byte[LongestCharacter + 1];
        int count = stream.ReadAtLeast(around, around.Length, throwOnEndOfStream: false);
        return from + TextSourceReading.CharacterStart(around[..count], (int)(offset - from));
    }

    private static int CutPosition(ReadOnlySpan<byte> block)
    {
        int line = block.LastIndexOf((byte)'\n') + 1;
        return line > block.Length / 2 ? line : TextSourceReading.CharacterStart(block, LastCharacter(block));
    }

    // The last character may be incomplete: it waits for the next block.
    private static int LastCharacter(ReadOnlySpan<byte> block) =>
        Math.Max(1, TextSourceReading.CharacterStart(block, block.Length - 1));
}
