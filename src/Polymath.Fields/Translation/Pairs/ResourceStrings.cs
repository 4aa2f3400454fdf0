using System.Buffers.Binary;
using System.Text;
using Polymath.Compute;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>
/// Reads the strings of a <c>.resources</c> stream, the format in which .NET assemblies carry messages: a header, the
/// names sorted by hash, then values by type. Every count and offset is checked against the stream before it is used.
/// </summary>
internal static class ResourceStrings
{
    private const uint Magic = 0xBEEFCACE;
    private const int StringTypeCode = 1;
    private const int MaxEntries = 1 << 20;

    /// <summary>Name and text of every resource that is a string, in the order of the stream.</summary>
    /// <param name="bytes">The stream.</param>
    /// <param name="where">What messages call it.</param>
    /// <exception cref="InvalidInputException">The stream is damaged or of another version.</exception>
    public static IReadOnlyList<(string Name, string Text)> Read(ReadOnlySpan<byte> bytes, string where)
    {
        try
        {
            return ReadStream(bytes, where);
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or IndexOutOfRangeException or DecoderFallbackException)
        {
            throw new InvalidInputException($"{where}: its resources are damaged: an offset or length leads outside", fault);
        }
    }

    private static List<(string Name, string Text)> ReadStream(ReadOnlySpan<byte> bytes, string where)
    {
        int position = 0;
        if (bytes.Length < 12 || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new InvalidInputException($"{where}: is no stream of resources");
        }

        int headerBytes = Integer(bytes, 8);
        position = checked(12 + Math.Max(0, headerBytes));
        int version = Next(bytes, ref position), count = Next(bytes, ref position), typeCount = Next(bytes, ref position);
        if (version is not (1 or 2) || count is < 0 or > MaxEntries || typeCount is < 0 or > MaxEntries)
        {
            throw new InvalidInputException(
                $"{where}: has resources of version {version} with {count} entries, expected version 1 or 2 and at most {MaxEntries}");
        }

        var types = new List<string>();
        for (int type = 0; type < typeCount; type++)
        {
            types.Add(Text(bytes, ref position, Encoding.UTF8));
        }

        position = (position + 7) / 8 * 8;
        int offsets = position + (4 * count);
        int names = offsets + (4 * count) + 4, data = Integer(bytes, names - 4);
        var found = new List<(string, string)>();
        for (int index = 0; index < count; index++)
        {
            int place = names + Integer(bytes, offsets + (4 * index));
            string name = Text(bytes, ref place, Encoding.Unicode);
            int value = data + Integer(bytes, place);
            int code = Length(bytes, ref value);
            bool isText = version == 2
                ? code == StringTypeCode
                : code < types.Count && types[code].StartsWith("System.String", StringComparison.Ordinal);
            if (isText)
            {
                found.Add((name, Text(bytes, ref value, Encoding.UTF8)));
            }
        }

        return found;
    }

    private static int Integer(ReadOnlySpan<byte> bytes, int position) =>
        BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(position, 4));

    private static int Next(ReadOnlySpan<byte> bytes, ref int position)
    {
        position += 4;
        return Integer(bytes, position - 4);
    }

    private static string Text(ReadOnlySpan<byte> bytes, ref int position, Encoding encoding)
    {
        int length = Length(bytes, ref position);
        position += length;
        return encoding.GetString(bytes.Slice(position - length, length));
    }

    // Seven bits a byte, the lowest first; the highest bit says that more follow.
    private static int Length(ReadOnlySpan<byte> bytes, ref int position)
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = bytes[position++];
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value <= int.MaxValue ? (int)value : throw new ArgumentOutOfRangeException(nameof(bytes));
            }
        }

        throw new ArgumentOutOfRangeException(nameof(bytes));
    }
}
