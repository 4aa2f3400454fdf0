using System.Buffers.Binary;
using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Json;

namespace Polymath.Formats.Gguf;

/// <summary>
/// Reads a header in one pass and checks all of it. Values stay where they are: only their places are noted, so that
/// what is held is bounded by the number of keys and tensors.
/// </summary>
internal unsafe ref struct GgufHeaderParser
{
    /// <summary>The first four bytes of a file.</summary>
    public const uint Magic = 0x46554747;

    /// <summary>The key that says how tensors are aligned.</summary>
    public const string AlignmentKey = "general.alignment";

    /// <summary>What the data of tensors are aligned to where no key says so, in bytes.</summary>
    public const int DefaultAlignment = 32;

    // The specification asks for a multiple of 8, ggml for a power of two.
    private const int MinAlignment = 8;

    // A key of one byte with its length, a type, a value of one byte; a name of one byte with its length, the number of
    // dimensions, one of them, a type and an offset.
    private const int LeastValueBytes = 8 + 1 + 4 + 1, LeastTensorBytes = 8 + 1 + 4 + 8 + 4 + 8;

    private readonly MappedFile _file;
    private readonly List<GgufHeaderValue> _values = [];
    private readonly List<GgufHeaderEntry> _entries = [];
    private readonly HashSet<string> _keys = [], _names = [];
    private long _alignment = DefaultAlignment;
    private GgufCursor _cursor;

    private GgufHeaderParser(MappedFile file)
    {
        _file = file;
        _cursor = new GgufCursor(file.Address, Math.Min(file.ByteCount, GgufLimits.MaxHeaderBytes), file.Path);
    }

    /// <summary>Parses and checks the header of a file.</summary>
    /// <exception cref="InvalidInputException">It breaks a rule of the format or a limit.</exception>
    public static GgufHeader Parse(MappedFile file) => new GgufHeaderParser(file).Parse();

    private GgufHeader Parse()
    {
        if (_cursor.Remaining < sizeof(uint) || _cursor.TakeUInt32("the magic number") != Magic)
        {
            throw Fault("not a GGUF file: its first four bytes must be 'GGUF'");
        }

        int version = ParseVersion();
        int tensorCount = _cursor.TakeCount(GgufLimits.MaxTensorCount, LeastTensorBytes, "the number of tensors");
        int valueCount = _cursor.TakeCount(GgufLimits.MaxMetadataCount, LeastValueBytes, "the number of keys");
        for (int index = 0; index < valueCount; index++)
        {
            ParseValue();
        }

        for (int index = 0; index < tensorCount; index++)
        {
            ParseTensor();
        }

        long dataOffset = (_cursor.Position + _alignment - 1) / _alignment * _alignment;
        CheckLayout(dataOffset);
        return new GgufHeader(version, _values, _entries, dataOffset);
    }

    private int ParseVersion()
    {
        uint version = _cursor.TakeUInt32("the version");
        if (BinaryPrimitives.ReverseEndianness(version) is >= 1 and <= ushort.MaxValue)
        {
            throw Fault("is big-endian; expected a little-endian file");
        }

        return version is 2 or 3
            ? (int)version
            : throw Fault($"is of version {version} of GGUF; expected version 2 or 3");
    }

    private void ParseValue()
    {
        string key = _cursor.TakeString(GgufLimits.MaxKeyBytes, "a key");
        if (key.Length == 0)
        {
            throw Fault("holds an empty key");
        }

        if (!_keys.Add(key))
        {
            throw Fault($"holds the key {Quotation.Of(key)} twice");
        }

        string what = $"key {Quotation.Of(key)}";
        GgufValueType type = TakeType(what), itemType = type;
        int count = 1;
        if (type == GgufValueType.Array)
        {
            itemType = TakeType(what);
            if (itemType == GgufValueType.Array)
            {
                throw Fault($"{what} is an array of arrays, which no known key is");
            }

            int leastBytes = itemType == GgufValueType.Text ? sizeof(ulong) : itemType.SizeInBytes();
            count = _cursor.TakeCount(GgufLimits.MaxItemCount, leastBytes, $"the length of {what}");
        }

        _values.Add(new GgufHeaderValue(key, type, itemType, count, _cursor.Position));
        PassOver(itemType, count, what);
        if (key == AlignmentKey)
        {
            _alignment = ReadAlignment(_values[^1]);
        }
    }

    private GgufValueType TakeType(string what)
    {
        uint number = _cursor.TakeUInt32(what);
        return number <= (uint)GgufValueType.Float64
            ? (GgufValueType)number
            : throw Fault($"{what} has the type {(int)number}, expected 0 to {(int)GgufValueType.Float64}");
    }

    private void PassOver(GgufValueType itemType, int count, string what)
    {
        if (itemType == GgufValueType.Text)
        {
            for (int index = 0; index < count; index++)
            {
                _cursor.TakeText(GgufLimits.MaxTextBytes, what);
            }
        }
        else if (itemType == GgufValueType.Boolean)
        {
            if (_cursor.Take(count, what).ContainsAnyExcept<byte>(0, 1))
            {
                throw Fault($"{what} is a truth value that is neither 0 nor 1");
            }
        }
        else
        {
            _cursor.Skip((long)count * itemType.SizeInBytes(), what);
        }
    }

    private readonly long ReadAlignment(GgufHeaderValue value)
    {
        if (value.Type != GgufValueType.UInt32)
        {
            throw Fault($"key '{AlignmentKey}' is of type {value.Type}, expected {GgufValueType.UInt32}");
        }

        uint alignment = BinaryPrimitives.ReadUInt32LittleEndian(
            new ReadOnlySpan<byte>(_file.Address + value.Offset, sizeof(uint)));
        bool isPowerOfTwo = (alignment & (alignment - 1)) == 0;
        return isPowerOfTwo && alignment is >= MinAlignment and <= GgufLimits.MaxAlignment
            ? alignment
            : throw Fault(
                $"key '{AlignmentKey}' is {alignment}, expected a power of two from {MinAlignment} to "
                + $"{GgufLimits.MaxAlignment}");
    }

    private void ParseTensor()
    {
        string name = _cursor.TakeString(GgufLimits.MaxNameBytes, "the name of a tensor");
        if (!_names.Add(name))
        {
            throw Fault($"holds tensor {Quotation.Of(name)} twice");
        }

        string what = $"tensor {Quotation.Of(name)}";
        uint rank = _cursor.TakeUInt32(what);
        if (rank is 0 or > GgufLimits.MaxRank)
        {
            throw Fault($"{what} has {rank} dimensions, expected 1 to {GgufLimits.MaxRank}");
        }

        // The file names the fastest dimension first.
        var shape = new long[rank];
        long elementCount = 1;
        for (int index = shape.Length - 1; index >= 0; index--)
        {
            shape[index] = TakeDimension(ref elementCount, what);
        }

        uint number = _cursor.TakeUInt32(what);
        WeightFormat format = GgufTensorTypes.Find(number) ?? throw Fault(
            $"{what} is of type {GgufTensorTypes.Describe(number)}, expected {GgufTensorTypes.Readable}");
        ulong begin = _cursor.TakeUInt64(what);
        if (begin > long.MaxValue || (long)begin % _alignment != 0)
        {
            throw Fault($"{what} begins at byte {begin} of the data, expected a multiple of {_alignment}");
        }

        _entries.Add(new GgufHeaderEntry(
            name, format, shape, elementCount, (long)begin, CountBytes(format, shape[^1], elementCount, what)));
    }

    // Never narrowed: a dimension of 2^32 + 1 must not become 1.
    private long TakeDimension(ref long elementCount, string what)
    {
        ulong dimension = _cursor.TakeUInt64(what);
        if (dimension == 0)
        {
            throw Fault($"{what} has a dimension of 0, expected at least 1");
        }

        if (dimension > (ulong)(long.MaxValue / elementCount))
        {
            throw Fault($"{what} has more elements than 63 bits can count");
        }

        elementCount *= (long)dimension;
        return (long)dimension;
    }

    private readonly long CountBytes(WeightFormat format, long columns, long elementCount, string what)
    {
        int elements = format.BlockElements();
        if (columns % elements != 0)
        {
            throw Fault($"{what} has rows of {columns} elements, expected a multiple of {elements} for {format}");
        }

        long blockCount = elementCount / elements;
        return blockCount <= long.MaxValue / format.BlockBytes()
            ? blockCount * format.BlockBytes()
            : throw Fault($"{what} has more bytes than 63 bits can count");
    }

    /// <summary>Every tensor must lie within the file, and no two may share a byte.</summary>
    private readonly void CheckLayout(long dataOffset)
    {
        long dataBytes = _file.ByteCount - dataOffset;
        GgufHeaderEntry[] ordered = [.. _entries];
        Array.Sort(ordered, (a, b) => a.Begin.CompareTo(b.Begin));
        long free = 0;
        foreach (GgufHeaderEntry entry in ordered)
        {
            if (entry.Begin < free)
            {
                throw Fault($"tensor {Quotation.Of(entry.Name)} overlaps the tensor before it");
            }

            // Compared without adding, which could overflow.
            if (entry.Begin > dataBytes || entry.ByteCount > dataBytes - entry.Begin)
            {
                throw Fault(
                    $"tensor {Quotation.Of(entry.Name)} needs {entry.ByteCount} bytes at byte {entry.Begin} of the data, "
                    + $"of which the file holds {Math.Max(0, dataBytes)}");
            }

            free = entry.Begin + entry.ByteCount;
        }
    }

    private readonly InvalidInputException Fault(string fault) => new($"{_file.Path}: {fault}");
}
