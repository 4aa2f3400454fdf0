using System.Buffers.Binary;
using System.IO.Compression;
using Polymath.Fields.Data.Archives;

namespace Polymath.Fields.Data.RDatabases;

/// <summary>
/// The data of an R package in its lazy-load form: an index (<c>.rdx</c>, a gzip stream of one serialised list) that
/// says where in the store (<c>.rdb</c>) each variable's record lies. A record is its unpacked length in four
/// big-endian bytes and a zlib stream of the serialised value.
/// </summary>
internal sealed class RDatabase
{
    private const int MaxIndexBytes = 1 << 24;
    private const int MaxRecordBytes = 1 << 28;

    private readonly byte[] _store;
    private readonly Dictionary<string, (int Offset, int Length)> _records = new(StringComparer.Ordinal);

    /// <summary>Reads the index; the records are read when asked for.</summary>
    /// <exception cref="InvalidDataException">The index is damaged or of a form that is not known.</exception>
    public RDatabase(byte[] index, byte[] store)
    {
        _store = store;
        using var packed = new MemoryStream(index);
        byte[] list = Unpack(new GZipStream(packed, CompressionMode.Decompress), MaxIndexBytes);
        var root = Expect<RList>(RReader.Read(list));
        if (Expect<RIntegers>(root["compressed"]).Values is not [1])
        {
            throw new InvalidDataException("the R database is not packed by zlib");
        }

        var variables = Expect<RList>(root["variables"]);
        if (variables.Names?.Count != variables.Values.Count)
        {
            throw new InvalidDataException("the R database has variables without names");
        }

        for (int i = 0; i < variables.Values.Count; i++)
        {
            if (Expect<RIntegers>(variables.Values[i]).Values is not [int offset, int length] ||
                offset < 0 || length < sizeof(int) || offset > store.Length - length ||
                !_records.TryAdd(variables.Names[i] ?? "NA", (offset, length)))
            {
                throw new InvalidDataException($"the R database's entry {variables.Names[i]} is damaged");
            }
        }
    }

    /// <summary>The variables' names in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. _records.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads a variable that is a vector of strings.</summary>
    /// <exception cref="InvalidDataException">There is no such variable, it is of another kind, or damaged.</exception>
    public string?[] ReadStrings(string name)
    {
        if (!_records.TryGetValue(name, out (int Offset, int Length) record))
        {
            throw new InvalidDataException($"the R database has no variable {name}");
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(_store.AsSpan(record.Offset));
        if (length is < 0 or > MaxRecordBytes)
        {
            throw new InvalidDataException($"the R variable {name} claims {length} bytes");
        }

        using var packed = new MemoryStream(_store, record.Offset + sizeof(int), record.Length - sizeof(int));
        byte[] value = Unpack(new ZLibStream(packed, CompressionMode.Decompress), length);
        return value.Length == length
            ? Expect<RStrings>(RReader.Read(value)).Values
            : throw new InvalidDataException($"the R variable {name} does not unpack to its {length} bytes");
    }

    private static byte[] Unpack(Stream packed, int maxBytes)
    {
        try
        {
            using var bounded = new BoundedStream(packed, maxBytes, "the R database");
            using var unpacked = new MemoryStream();
            bounded.CopyTo(unpacked);
            return unpacked.ToArray();
        }
        catch (IOException fault)
        {
            // All streams here are in memory: only the decompressor can have failed.
            throw new InvalidDataException("the R database does not unpack", fault);
        }
        finally
        {
            packed.Dispose();
        }
    }

    private static T Expect<T>(RObject value)
        where T : RObject =>
        value as T ?? throw new InvalidDataException($"{value.GetType().Name} where {typeof(T).Name} was expected");
}
