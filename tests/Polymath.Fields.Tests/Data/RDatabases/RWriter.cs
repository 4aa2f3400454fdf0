using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Polymath.Fields.Tests.Data.RDatabases;

/// <summary>Writes just enough of R's serialisation to test its reader.</summary>
internal sealed class RWriter
{
    private readonly ArrayBufferWriter<byte> _stream = new();

    public RWriter(int version = 3)
    {
        _stream.Write("X\n"u8);
        Integer(version).Integer(0x00040201).Integer(0x00030500);
        if (version == 3)
        {
            Integer(5);
            _stream.Write("UTF-8"u8);
        }
    }

    public byte[] Bytes => _stream.WrittenSpan.ToArray();

    public RWriter Integer(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        _stream.Write(bytes);
        return this;
    }

    public RWriter Null() => Integer(254);

    public RWriter String(string? text, int encoding = 1 << 3)
    {
        byte[] bytes = encoding == 1 << 2 ? Encoding.Latin1.GetBytes(text ?? "") : Encoding.UTF8.GetBytes(text ?? "");
        Integer(9 | (encoding << 12)).Integer(text is null ? -1 : bytes.Length);
        _stream.Write(bytes);
        return this;
    }

    public RWriter Strings(params string?[] texts)
    {
        Integer(16).Integer(texts.Length);
        foreach (string? text in texts)
        {
            String(text);
        }

        return this;
    }

    public RWriter Integers(params int[] values)
    {
        Integer(13).Integer(values.Length);
        foreach (int value in values)
        {
            Integer(value);
        }

        return this;
    }

    /// <summary>A list with names; the first use of "names" is a symbol, later ones are references to it.</summary>
    public RWriter List(bool isFirst, params (string Name, Action<RWriter> Value)[] elements)
    {
        Integer(19 | (1 << 9)).Integer(elements.Length);
        foreach ((_, Action<RWriter> value) in elements)
        {
            value(this);
        }

        Integer(2 | (1 << 10));
        if (isFirst)
        {
            Integer(1).String("names");
        }
        else
        {
            Integer(255 | (1 << 8));
        }

        return Strings([.. elements.Select(element => element.Name)]).Null();
    }

    public static byte[] Pack(Func<Stream, Stream> packer, byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (Stream packed = packer(stream))
        {
            packed.Write(bytes);
        }

        return stream.ToArray();
    }

    public static byte[] Gzip(byte[] bytes) =>
        Pack(stream => new GZipStream(stream, CompressionLevel.Fastest, true), bytes);

    /// <summary>A store's record: the unpacked length, or a false one, and the packed value.</summary>
    public static byte[] Record(byte[] value, int? claimedLength = null)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, claimedLength ?? value.Length);
        return [.. length, .. Pack(stream => new ZLibStream(stream, CompressionLevel.Fastest, true), value)];
    }
}
