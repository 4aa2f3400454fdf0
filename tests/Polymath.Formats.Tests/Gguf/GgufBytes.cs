using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Polymath.Formats.Tests.Gguf;

/// <summary>Builds GGUF files by hand, valid or not, independently of the writer.</summary>
internal sealed class GgufBytes
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Begins a file: magic number, version, counts.</summary>
    public static GgufBytes Begin(ulong tensorCount, ulong valueCount, uint version = 3) =>
        new GgufBytes().Raw("GGUF"u8).UInt32(version).UInt64(tensorCount).UInt64(valueCount);

    /// <summary>A file with one tensor that fills its data.</summary>
    public static byte[] WithTensor(ulong[] dimensions, uint type, ulong offset, int dataBytes) =>
        Begin(1, 0).Tensor("a", dimensions, type, offset).Data(dataBytes);

    /// <summary>A file with one value and nothing else.</summary>
    public static byte[] WithValue(string key, uint type, params ReadOnlySpan<byte> value) =>
        Begin(0, 1).Text(key).UInt32(type).Raw(value).ToArray();

    public GgufBytes Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public GgufBytes UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    public GgufBytes UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
        return this;
    }

    public GgufBytes Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return UInt64((ulong)utf8.Length).Raw(utf8);
    }

    /// <summary>A key with a number of 32 bits.</summary>
    public GgufBytes UInt32Value(string key, uint value) => Text(key).UInt32(4).UInt32(value);

    public GgufBytes Tensor(string name, ulong[] dimensions, uint type, ulong offset)
    {
        Text(name).UInt32((uint)dimensions.Length);
        foreach (ulong dimension in dimensions)
        {
            UInt64(dimension);
        }

        return UInt32(type).UInt64(offset);
    }

    /// <summary>Pads to 32 bytes, appends data that count up, and gives the file.</summary>
    public byte[] Data(int byteCount)
    {
        while (_bytes.WrittenCount % 32 != 0)
        {
            Raw(0);
        }

        return [.. _bytes.WrittenSpan, .. Enumerable.Range(0, byteCount).Select(index => (byte)index)];
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
