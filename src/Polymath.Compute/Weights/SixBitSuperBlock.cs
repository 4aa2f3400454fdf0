using System.Buffers.Binary;

namespace Polymath.Compute;

/// <summary>
/// A block of <see cref="WeightFormat.Q6_K"/>: 256 numbers in 16 parts of 16; a number is
/// scale·scaleOfPart·(quant − 32).
/// </summary>
internal static class SixBitSuperBlock
{
    /// <summary>Where the lower bits, the upper bits, the scales of the parts and the scale begin.</summary>
    public const int LowOffset = 0, HighOffset = 128, PartsOffset = 192, ScaleOffset = 208;

    /// <summary>The quant that stands for zero.</summary>
    public const int ZeroPoint = 32;

    /// <summary>The numbers of a part.</summary>
    public const int PartElements = 16;

    /// <summary>The 256 numbers of a block.</summary>
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block[ScaleOffset..]);
        for (int index = 0; index < values.Length; index++)
        {
            float scaleOfPart = scale * (sbyte)block[PartsOffset + (index / PartElements)];
            values[index] = scaleOfPart * (QuantOf(block, index) - ZeroPoint);
        }
    }

    /// <summary>The 6 bits of a number.</summary>
    /// <remarks>
    /// Each half of 128 numbers has 64 bytes of lower bits, whose lower halves are the first 64 numbers, and 32 bytes
    /// of upper bits, two for each quarter of 32 numbers.
    /// </remarks>
    public static int QuantOf(ReadOnlySpan<byte> block, int index)
    {
        int half = index / 128, rest = index % 128, quarter = rest / 32;
        byte low = block[LowOffset + (64 * half) + (rest % 64)], high = block[HighOffset + (32 * half) + (rest % 32)];
        return (rest < 64 ? low & 15 : low >> 4) | (((high >> (2 * quarter)) & 3) << 4);
    }
}
