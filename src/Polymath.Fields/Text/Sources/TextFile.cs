using System.Security.Cryptography;
using Polymath.Compute;

namespace Polymath.Fields.Text.Sources;

/// <summary>A text file that was read once from end to end and found to be UTF-8.</summary>
/// <param name="Path">Where the file is, as the person named it.</param>
/// <param name="Start">Where the text begins: behind a byte order mark.</param>
/// <param name="Length">The bytes of text from there to the end.</param>
/// <param name="ContentHash">SHA-256 of the text in hexadecimal.</param>
/// <param name="SplitHash">
/// SHA-256 of the text's letters alone, in lower case: files that differ only in numbers, case and punctuation share
/// it and so fall on the same side of a split.
/// </param>
internal sealed record TextFile(string Path, int Start, long Length, string ContentHash, byte[] SplitHash)
{
    private const int BufferBytes = 1 << 18;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="InvalidInputException">It is empty, not UTF-8 (names the offset), or unreadable.</exception>
    public static TextFile Scan(string path)
    {
        try
        {
            using FileStream stream = Open(path);
            return Scan(path, stream);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{path}: cannot be read ({fault.Message}).", fault);
        }
    }

    /// <summary>Opens a text for reading from its beginning to its end.</summary>
    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);

    private static TextFile Scan(string path, FileStream stream)
    {
        using var content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var letters = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var check = new Utf8Check();
        byte[] buffer = new byte[BufferBytes];
        byte[] folded = new byte[BufferBytes];
        int start = 0;
        long length = 0;
        for (int count; (count = stream.ReadAtLeast(buffer, BufferBytes, throwOnEndOfStream: false)) > 0;)
        {
            Refuse(path, buffer.AsSpan(0, count), length, check.Append(buffer.AsSpan(0, count)));
            start = length == 0 && buffer.AsSpan(0, count).StartsWith(ByteOrderMark) ? ByteOrderMark.Length : start;
            ReadOnlySpan<byte> text = buffer.AsSpan(0, count)[(length == 0 ? start : 0)..];
            content.AppendData(text);
            letters.AppendData(folded.AsSpan(0, FoldLetters(text, folded)));
            length += count;
        }

        Refuse(path, [], length, check.Finish());
        if (length == start)
        {
            throw new InvalidInputException($"{path}: the file is empty; expected text in UTF-8.");
        }

        byte[] hash = content.GetHashAndReset();
        return new TextFile(path, start, length - start, Convert.ToHexStringLower(hash), letters.GetHashAndReset());
    }

    private static void Refuse(string path, ReadOnlySpan<byte> block, long blockOffset, long wrongOffset)
    {
        if (wrongOffset < 0)
        {
            return;
        }

        if (wrongOffset == 0 && block is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            throw new InvalidInputException(
                $"{path}: not UTF-8 but UTF-16, as its byte order mark says; convert it to UTF-8.");
        }

        bool isHere = wrongOffset >= blockOffset && wrongOffset - blockOffset < block.Length;
        string found = isHere ? $"byte 0x{block[(int)(wrongOffset - blockOffset)]:X2}" : "an incomplete character";
        throw new InvalidInputException($"{path}: not UTF-8: {found} at offset {wrongOffset}; expected text in UTF-8.");
    }

    // ASCII letters in lower case and all bytes of other scripts; digits, punctuation and white space fall out.
    private static int FoldLetters(ReadOnlySpan<byte> text, Span<byte> folded)
    {
        int count = 0;
        foreach (byte b in text)
        {
            folded[count] = (byte)(b < 0x80 ? b | 0x20 : b);
            count += b >= 0x80 || (uint)((b | 0x20) - 'a') <= 'z' - 'a' ? 1 : 0;
        }

        return count;
    }
}
