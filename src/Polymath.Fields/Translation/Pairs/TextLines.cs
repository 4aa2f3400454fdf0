using System.Text;
using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>The lines of a text file, read strictly.</summary>
internal static class TextLines
{
    /// <summary>The largest file that is read.</summary>
    public const int MaxBytes = 1 << 30;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The lines of a file of UTF-8, without their ends and a byte order mark.</summary>
    /// <exception cref="InvalidInputException">
    /// The file is missing, too large, or a line is not UTF-8: names file and line.
    /// </exception>
    public static IReadOnlyList<string> Read(string path) =>
        Decode(InputFile.ReadAllBytes(path, MaxBytes), StrictUtf8, "UTF-8", path);

    /// <summary>The lines of bytes in an encoding that throws on what is wrong.</summary>
    public static IReadOnlyList<string> Decode(ReadOnlySpan<byte> bytes, Encoding encoding, string encodingName, string path)
    {
        bytes = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            throw new InvalidInputException($"{path}, line 1: is UTF-16, expected {encodingName}");
        }

        var lines = new List<string>();
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            try
            {
                lines.Add(encoding.GetString(line.EndsWith((ReadOnlySpan<byte>)"\r"u8) ? line[..^1] : line));
            }
            catch (DecoderFallbackException fault)
            {
                throw new InvalidInputException(
                    $"{path}, line {lines.Count + 1}: byte {fault.Index + 1} is not {encodingName}; expected text in {encodingName}", fault);
            }
        }

        return lines;
    }
}
