using System.Buffers.Binary;
using System.Text;

namespace Polymath.Fields.Data.RDatabases;

/// <summary>
/// Reads R's serialisation in its binary big-endian form, versions 2 and 3: NULL, symbols, strings, logicals,
/// integers, doubles, lists, pair lists and attributes. Code, environments and anything else is refused.
/// </summary>
/// <remarks>Source: "R Internals", section 1.8, "Serialization Formats".</remarks>
internal ref struct RReader
{
    private const int MaxDepth = 64;
    private const int HasAttributes = 1 << 9;
    private const int HasTag = 1 << 10;

    private readonly List<RObject> _references = [];
    private ReadOnlySpan<byte> _rest;

    private RReader(ReadOnlySpan<byte> bytes) => _rest = bytes;

    private enum Kind
    {
        Symbol = 1,
        PairList = 2,
        String = 9,
        Logical = 10,
        Integer = 13,
        Double = 14,
        Strings = 16,
        List = 19,
        BaseNamespace = 247,
        MissingArgument = 251,
        BaseEnvironment = 241,
        EmptyEnvironment = 242,
        GlobalEnvironment = 253,
        Null = 254,
        Reference = 255,
    }

    /// <summary>Reads one value that fills the bytes to their end.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged or hold what data does not need.</exception>
    public static RObject Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new RReader(bytes);
        reader.ReadHeader();
        RObject value = reader.ReadItem(0);
        return reader._rest.IsEmpty
            ? value
            : throw new InvalidDataException($"{reader._rest.Length} bytes follow the value");
    }

    private void ReadHeader()
    {
        if (!Take(2).SequenceEqual("X\n"u8))
        {
            throw new InvalidDataException("not R's binary serialisation");
        }

        int version = ReadInteger();
        Take(8); // the versions of R that wrote it and that can read it
        if (version is not (2 or 3))
        {
            throw new InvalidDataException($"R's serialisation of version {version}, expected 2 or 3");
        }

        if (version == 3)
        {
            Take(ReadCount(sizeof(byte))); // the native encoding; each string says its own
        }
    }

    private RObject ReadItem(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException($"values nested deeper than {MaxDepth}");
        }

        int flags = ReadInteger();
        var kind = (Kind)(flags & 0xFF);
        switch (kind)
        {
            case Kind.Null or Kind.BaseNamespace or Kind.MissingArgument or Kind.BaseEnvironment
                or Kind.EmptyEnvironment or Kind.GlobalEnvironment:
                return new RNull();
            case Kind.Symbol:
                return Remember(new RSymbol(ReadString() ?? "NA"));
            case Kind.Reference:
                return ReadReference(flags);
            case Kind.PairList:
                return ReadPairList(flags, depth);
        }

        RObject value = kind switch
        {
            Kind.Logical or Kind.Integer => new RIntegers(ReadIntegers()),
            Kind.Double => new RDoubles(ReadDoubles()),
            Kind.Strings => new RStrings(ReadStrings()),
            Kind.List => new RList(ReadList(depth)),
            _ => throw new InvalidDataException($"a value of R's type {(int)kind}, which is not data"),
        };
        return (flags & HasAttributes) == 0 ? value : value with { Names = NamesIn(ReadItem(depth + 1)) };
    }

    private readonly RObject Remember(RObject value)
    {
        _references.Add(value);
        return value;
    }

    private RObject ReadReference(int flags)
    {
        int index = flags >> 8;
        index = index == 0 ? ReadInteger() : index;
        return index >= 1 && index <= _references.Count
            ? _references[index - 1]
            : throw new InvalidDataException($"a reference to value {index} of {_references.Count}");
    }

    // A pair list is a chain: [attributes] [tag] value, then the next link. Read in a loop, for it may be long.
    private RList ReadPairList(int flags, int depth)
    {
        var names = new List<string?>();
        var values = new List<RObject>();
        while ((Kind)(flags & 0xFF) == Kind.PairList)
        {
            if ((flags & HasAttributes) != 0)
            {
                ReadItem(depth + 1);
            }

            names.Add((flags & HasTag) != 0 ? (ReadItem(depth + 1) as RSymbol)?.Name : null);
            values.Add(ReadItem(depth + 1));
            flags = ReadInteger();
        }

        return (Kind)(flags & 0xFF) == Kind.Null
            ? new RList(values) { Names = names }
            : throw new InvalidDataException("a pair list that does not end in NULL");
    }

    private static string?[]? NamesIn(RObject attributes)
    {
        if (attributes is not RList list)
        {
            throw new InvalidDataException("attributes that are not a pair list");
        }

        for (int i = 0; i < list.Values.Count; i++)
        {
            if (list.Names![i] == "names" && list.Values[i] is RStrings names)
            {
                return names.Values;
            }
        }

        return null;
    }

    private int[] ReadIntegers()
    {
        int[] values = new int[ReadCount(sizeof(int))];
        BinaryPrimitives.ReverseEndianness(
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(Take(values.Length * sizeof(int))), values);
        return values;
    }

    private double[] ReadDoubles()
    {
        double[] values = new double[ReadCount(sizeof(double))];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));
        }

        return values;
    }

    // Each string takes at least its flags and its length.
    private string?[] ReadStrings()
    {
        string?[] values = new string?[ReadCount(2 * sizeof(int))];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ReadString();
        }

        return values;
    }

    private RObject[] ReadList(int depth)
    {
        RObject[] values = new RObject[ReadCount(sizeof(int))];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ReadItem(depth + 1);
        }

        return values;
    }

    private string? ReadString()
    {
        const int latin1 = 1 << (12 + 2);
        const int bytesOnly = 1 << (12 + 1);
        int flags = ReadInteger();
        if ((Kind)(flags & 0xFF) != Kind.String || (flags & bytesOnly) != 0)
        {
            throw new InvalidDataException("something else where a string was expected");
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));
        if (length == -1)
        {
            return null;
        }

        ReadOnlySpan<byte> text = Take(length);
        if ((flags & latin1) != 0)
        {
            return Encoding.Latin1.GetString(text);
        }

        return System.Text.Unicode.Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text)
            : throw new InvalidDataException("a string that is not UTF-8");
    }

    private int ReadInteger() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    // A count is believed only as far as the bytes that are left could hold so many elements.
    private int ReadCount(int leastElementBytes)
    {
        int count = ReadInteger();
        return count >= 0 && count <= _rest.Length / leastElementBytes
            ? count
            : throw new InvalidDataException($"a count of {count} where {_rest.Length} bytes are left");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            throw new InvalidDataException($"{count} bytes where {_rest.Length} are left");
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
