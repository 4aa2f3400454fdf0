using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Formats.Safetensors;

/// <summary>One tensor as the header describes it; offsets in bytes from the start of the data.</summary>
internal readonly record struct SafetensorsHeaderEntry(
    string Name, DataType DataType, long[] Shape, long ElementCount, long Begin, long End);

/// <summary>A header that has passed every check: its tensors fill the data exactly.</summary>
internal sealed class SafetensorsHeader
{
    private SafetensorsHeader(List<SafetensorsHeaderEntry> entries, Dictionary<string, string> metadata)
    {
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The tensors in the order of the header.</summary>
    public IReadOnlyList<SafetensorsHeaderEntry> Entries { get; }

    /// <summary>The strings under <c>__metadata__</c>; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Parses and checks a header.</summary>
    /// <param name="utf8">The header's bytes, padding included.</param>
    /// <param name="dataBytes">How many bytes of data follow it in the file.</param>
    /// <param name="source">What messages call the file.</param>
    /// <exception cref="InvalidInputException">The header breaks a rule of the format or a limit.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> utf8, long dataBytes, string source)
    {
        if (utf8.IsEmpty || utf8[0] != (byte)'{')
        {
            throw new InvalidInputException($"{source}: not a safetensors file: its header must begin with '{{'");
        }

        SafetensorsHeaderParser parser = new(utf8, source);
        parser.Parse();
        CheckLayout(parser.Entries, dataBytes, source);
        return new SafetensorsHeader(parser.Entries, parser.Metadata);
    }

    /// <summary>
    /// The tensors must follow one another without gap or overlap from the first byte of the data to the last: the
    /// format demands it, and so no byte of a file escapes description and no two tensors share one.
    /// </summary>
    private static void CheckLayout(List<SafetensorsHeaderEntry> entries, long dataBytes, string source)
    {
        SafetensorsHeaderEntry[] ordered = [.. entries];
        Array.Sort(ordered, (a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        long expected = 0;
        foreach (SafetensorsHeaderEntry entry in ordered)
        {
            if (entry.Begin != expected)
            {
                string fault = entry.Begin < expected ? "overlaps the tensor before it" : "leaves a gap before it";
                throw new InvalidInputException(
                    $"{source}: tensor {Quotation.Of(entry.Name)} {fault}: it begins at byte {entry.Begin} of the " +
                    $"data, expected {expected}");
            }

            expected = entry.End;
        }

        if (expected != dataBytes)
        {
            string fault = expected > dataBytes ? "the file is cut short" : "bytes follow the last tensor";
            throw new InvalidInputException(
                $"{source}: {fault}: the header describes {expected} bytes of data, the file holds {dataBytes}");
        }
    }
}
