using System.Buffers.Binary;
using System.Numerics;

namespace Polymath.Formats.TensorBoard;

/// <summary>
/// The framing of TFRecord files: length (8 bytes), masked CRC of the length (4), payload, masked CRC of the payload
/// (4), all little-endian. Source: tensorflow/core/lib/io/record_writer.h.
/// </summary>
internal static class RecordFraming
{
    /// <summary>The bytes before the payload.</summary>
    public const int HeaderBytes = sizeof(ulong) + sizeof(uint);

    /// <summary>The bytes after the payload.</summary>
    public const int FooterBytes = sizeof(uint);

    /// <summary>Fills in header and footer around a payload that is already in place.</summary>
    /// <param name="record">The whole record: header, payload, footer.</param>
    public static void Seal(Span<byte> record)
    {
        Span<byte> payload = record[HeaderBytes..^FooterBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[sizeof(ulong)..], Mask(Crc32C(record[..sizeof(ulong)])));
        BinaryPrimitives.WriteUInt32LittleEndian(record[^FooterBytes..], Mask(Crc32C(payload)));
    }

    /// <summary>CRC-32C (Castagnoli): reflected, initial value and final complement all ones (RFC 3720, B.4).</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    // A CRC of bytes that hold their own CRC degenerates; the format therefore rotates by 15 and adds a constant.
    private static uint Mask(uint crc) => BitOperations.RotateRight(crc, 15) + 0xa282ead8u;
}
