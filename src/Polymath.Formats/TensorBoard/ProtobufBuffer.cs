using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Polymath.Formats.TensorBoard;

/// <summary>
/// Encodes protobuf messages into one growing buffer that is used again and again, so that writing a metric allocates
/// nothing. Source: https://protobuf.dev/programming-guides/encoding.
/// </summary>
internal sealed class ProtobufBuffer
{
    private const int VarintType = 0;
    private const int Fixed64Type = 1;
    private const int LengthType = 2;
    private const int Fixed32Type = 5;

    private byte[] _bytes = new byte[256];

    /// <summary>How many bytes have been written.</summary>
    public int Length { get; private set; }

    /// <summary>What has been written; valid until the next write.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Empties the buffer and leaves the first bytes for a header.</summary>
    public void Reset(int headerBytes)
    {
        Length = 0;
        Reserve(headerBytes);
    }

    /// <summary>Leaves bytes to be filled in later.</summary>
    public Span<byte> Reserve(int byteCount)
    {
        if (_bytes.Length - Length < byteCount)
        {
            Array.Resize(ref _bytes, (int)BitOperations.RoundUpToPowerOf2((uint)(Length + byteCount)));
        }

        Length += byteCount;
        return _bytes.AsSpan(Length - byteCount, byteCount);
    }

    public void WriteInt64(int field, long value)
    {
        WriteVarint((ulong)((field << 3) | VarintType));
        WriteVarint((ulong)value);
    }

    public void WriteDouble(int field, double value)
    {
        WriteVarint((ulong)((field << 3) | Fixed64Type));
        BinaryPrimitives.WriteDoubleLittleEndian(Reserve(sizeof(double)), value);
    }

    public void WriteSingle(int field, float value)
    {
        WriteVarint((ulong)((field << 3) | Fixed32Type));
        BinaryPrimitives.WriteSingleLittleEndian(Reserve(sizeof(float)), value);
    }

    public void WriteString(int field, ReadOnlySpan<char> text)
    {
        int byteCount = Encoding.UTF8.GetByteCount(text);
        WriteVarint((ulong)((field << 3) | LengthType));
        WriteVarint((ulong)byteCount);
        Encoding.UTF8.GetBytes(text, Reserve(byteCount));
    }

    /// <summary>Begins a nested message.</summary>
    /// <returns>What <see cref="EndMessage"/> needs.</returns>
    public int BeginMessage(int field)
    {
        WriteVarint((ulong)((field << 3) | LengthType));
        return Length;
    }

    /// <summary>Ends a nested message: its length goes before it, now that it is known.</summary>
    public void EndMessage(int start)
    {
        int byteCount = Length - start;
        int lengthBytes = VarintBytes((ulong)byteCount);
        Reserve(lengthBytes);
        _bytes.AsSpan(start, byteCount).CopyTo(_bytes.AsSpan(start + lengthBytes));
        Length = start;
        WriteVarint((ulong)byteCount);
        Length += byteCount;
    }

    private void WriteVarint(ulong value)
    {
        Span<byte> target = Reserve(VarintBytes(value));
        for (int i = 0; i < target.Length - 1; i++)
        {
            target[i] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[^1] = (byte)value;
    }

    // Seven bits a byte; zero takes one byte too.
    private static int VarintBytes(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;
}
