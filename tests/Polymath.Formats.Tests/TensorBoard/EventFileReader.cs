using System.Buffers.Binary;
using System.Text;

namespace Polymath.Formats.Tests.TensorBoard;

/// <summary>One field of a protobuf message: a number, or bytes for the length-delimited wire type.</summary>
internal sealed record ProtobufField(int Number, int WireType, ulong Value, byte[] Bytes)
{
    public string Text => new UTF8Encoding(false, true).GetString(Bytes);

    public List<ProtobufField> Message => EventFileReader.ParseMessage(Bytes);
}

/// <summary>
/// A strict reader of event files that shares nothing with the writer: bitwise CRC, its own protobuf parser, and an
/// error for anything that the format does not allow.
/// </summary>
internal static class EventFileReader
{
    public static List<List<ProtobufField>> ReadEvents(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<List<ProtobufField>> events = [];
        for (int at = 0; at < bytes.Length;)
        {
            ReadOnlySpan<byte> rest = bytes.AsSpan(at);
            int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(rest));
            Require(BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]) == MaskedCrc(rest[..8]), "CRC of the length");
            ReadOnlySpan<byte> payload = rest.Slice(12, length);
            uint crc = BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]);
            Require(crc == MaskedCrc(payload), "CRC of the payload");
            events.Add(ParseMessage(payload));
            at += 12 + length + 4;
        }

        return events;
    }

    public static List<ProtobufField> ParseMessage(ReadOnlySpan<byte> bytes)
    {
        List<ProtobufField> fields = [];
        while (!bytes.IsEmpty)
        {
            ulong key = ReadVarint(ref bytes);
            int wireType = (int)(key & 7);
            ulong value = 0;
            byte[] content = [];
            switch (wireType)
            {
                case 0:
                    value = ReadVarint(ref bytes);
                    break;
                case 1:
                    value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                    bytes = bytes[8..];
                    break;
                case 2:
                    int length = checked((int)ReadVarint(ref bytes));
                    content = bytes[..length].ToArray();
                    bytes = bytes[length..];
                    break;
                case 5:
                    value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
                    bytes = bytes[4..];
                    break;
                default:
                    throw new InvalidDataException($"wire type {wireType}");
            }

            fields.Add(new ProtobufField(checked((int)(key >> 3)), wireType, value, content));
        }

        return fields;
    }

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
            }
        }

        return crc ^ 0xffffffff;
    }

    private static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc(bytes);
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0; i < 10; i++)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                Require(next != 0 || i == 0, "a varint of the shortest form");
                return value;
            }
        }

        throw new InvalidDataException("a varint is longer than ten bytes");
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidDataException($"expected {what}");
        }
    }
}
