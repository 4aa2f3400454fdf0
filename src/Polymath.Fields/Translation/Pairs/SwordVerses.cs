using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Polymath.Fields.Data.Archives;
using Polymath.Formats.Files;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>
/// Pairs the verses of two modules of the SWORD project that count verses alike. A module's testament is three files: where
/// blocks lie (bzs: offset, packed size, size), in which block and where each verse lies (bzv: block, offset, 16 bits of size),
/// and the blocks, packed by zlib (bzz). Texts are OSIS.
/// </summary>
internal static partial class SwordVerses
{
    private const int BlockEntry = 12, VerseEntry = 10, LargestFile = 64 << 20, LargestBlock = 16 << 20;

    private static readonly string[] Testaments = ["ot", "nt"];

    /// <summary>Writes <c>SOURCE-TARGET.tsv</c>.</summary>
    /// <param name="first">The folder of one module.</param>
    /// <param name="second">The folder of the other.</param>
    /// <param name="languages">Their languages.</param>
    /// <param name="target">The folder to fill.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or the modules count differently.</exception>
    public static void Derive(string first, string second, (string First, string Second) languages, string target)
    {
        using var output = new StreamWriter(Path.Combine(target, $"{languages.First}-{languages.Second}.tsv")) { NewLine = "\n" };
        output.WriteLine($"{languages.First}\t{languages.Second}");
        foreach (string testament in Testaments)
        {
            List<string> verses = Read(Path.Combine(first, testament)), others = Read(Path.Combine(second, testament));
            if (verses.Count != others.Count)
            {
                throw new InvalidDataException($"{testament}: the modules hold {verses.Count} and {others.Count} verses");
            }

            foreach ((string verse, string other) in verses.Zip(others))
            {
                if (verse.Length > 0 && other.Length > 0)
                {
                    output.WriteLine($"{verse}\t{other}");
                }
            }
        }
    }

    /// <summary>The plain texts of all places of a testament, introductions and empty ones among them.</summary>
    /// <param name="path">The files' path without their ends.</param>
    internal static List<string> Read(string path)
    {
        byte[] blocks = InputFile.ReadAllBytes(path + ".bzs", LargestFile), places = InputFile.ReadAllBytes(path + ".bzv", LargestFile);
        byte[] packed = InputFile.ReadAllBytes(path + ".bzz", LargestFile);
        if (blocks.Length % BlockEntry != 0 || places.Length % VerseEntry != 0)
        {
            throw new InvalidDataException($"{path}: is damaged: its index is cut off");
        }

        byte[][] unpacked = [.. Enumerable.Range(0, blocks.Length / BlockEntry)
            .Select(block => Unpack(path, packed, blocks.AsSpan(block * BlockEntry, BlockEntry)))];
        var texts = new List<string>();
        for (int entry = 0; entry < places.Length; entry += VerseEntry)
        {
            ReadOnlySpan<byte> place = places.AsSpan(entry, VerseEntry);
            uint block = BinaryPrimitives.ReadUInt32LittleEndian(place), offset = BinaryPrimitives.ReadUInt32LittleEndian(place[4..]);
            int size = BinaryPrimitives.ReadUInt16LittleEndian(place[8..]);
            if (size > 0 && (block >= unpacked.Length || offset + (long)size > unpacked[block].Length))
            {
                throw new InvalidDataException($"{path}: is damaged: a verse lies beyond its block");
            }

            texts.Add(size == 0 ? "" : ToText(Encoding.UTF8.GetString(unpacked[block].AsSpan((int)offset, size))));
        }

        return texts;
    }

    private static byte[] Unpack(string path, byte[] packed, ReadOnlySpan<byte> entry)
    {
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(entry), size = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        if (offset + (long)size > packed.Length)
        {
            throw new InvalidDataException($"{path}: is damaged: a block lies beyond the end");
        }

        using var stream = new ZLibStream(new MemoryStream(packed, (int)offset, (int)size), CompressionMode.Decompress);
        using var bounded = new BoundedStream(stream, LargestBlock, path);
        using var block = new MemoryStream();
        bounded.CopyTo(block);
        return block.ToArray();
    }

    // Notes and headings are not the verse's; other marks stand around its words.
    private static string ToText(string osis)
    {
        string words = Marks().Replace(Asides().Replace(osis, " "), "");
        return Spaces().Replace(WebUtility.HtmlDecode(words), " ").Trim();
    }

    [GeneratedRegex("<(?:note\\b[^>]*>.*?</note>|title\\b[^>]*>.*?</title>)", RegexOptions.Singleline)]
    private static partial Regex Asides();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Marks();

    [GeneratedRegex("[\\s¶]+")]
    private static partial Regex Spaces();
}
