using System.Buffers.Binary;

namespace Polymath.Compute;

/// <summary>
/// A block of <see cref="WeightFormat.Q4_K"/>: 256 numbers in 8 parts of 32; a number is
/// scale·scaleOfPart·quant − minimum·minimumOfPart.
/// </summary>
internal static class FourBitSuperBlock
{
    /// <summary>Where scale, minimum, the packed scales of the parts and the quants begin.</summary>
    public const int ScaleOffset = 0, MinimumOffset = 2, PartsOffset = 4, QuantsOffset = 16;

    /// <summary>The bytes of the packed scales and minima of the parts.</summary>
    public const int PartsBytes = QuantsOffset - PartsOffset;

    /// <summary>The numbers of a part.</summary>
    public const int PartElements = 32;

    /// <summary>The 256 numbers of a block.</summary>
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block[ScaleOffset..]);
        float minimum = (float)BinaryPrimitives.ReadHalfLittleEndian(block[MinimumOffset..]);
        ReadOnlySpan<byte> parts = block[PartsOffset..QuantsOffset], quants = block[QuantsOffset..];
        for (int index = 0; index < values.Length; index++)
        {
            // Two parts share 32 bytes: the lower halves are the first of them.
            int part = index / PartElements;
            byte pair = quants[(part / 2 * PartElements) + (index % PartElements)];
            int quant = part % 2 == 0 ? pair & 15 : pair >> 4;
            values[index] = (scale * ScaleOf(parts, part) * quant) - (minimum * MinimumOf(parts, part));
        }
    }

    /// <summary>The 6 bits of a part's scale.</summary>
    public static int ScaleOf(ReadOnlySpan<byte> parts, int part) => part < 4
        ? parts[part] & 63
        : (parts[part + 4] & 15) | (parts[part - 4] >> 6 << 4);

    /// <summary>The 6 bits of a part's minimum.</summary>
    public static int MinimumOf(ReadOnlySpan<byte> parts, int part) => part < 4
        ? parts[part + 4] & 63
        : (parts[part + 4] >> 4) | (parts[part] >> 6 << 4);
}
