using System.Buffers.Binary;

namespace Polymath.Compute;

/// <summary>
/// A block of <see cref="WeightFormat.Q4_0"/>: scale, 16 bytes; the lower halves of the bytes are the first 16 numbers,
/// the upper halves the others; a number is scale·(quant − 8).
/// </summary>
internal static class FourBitBlock
{
    /// <summary>Where the bytes begin, behind the scale.</summary>
    public const int QuantsOffset = 2;

    /// <summary>The quant that stands for zero.</summary>
    public const int ZeroPoint = 8;

    private const int Half = 16;

    /// <summary>The 32 numbers of a block.</summary>
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
        for (int index = 0; index < Half; index++)
        {
            byte pair = block[QuantsOffset + index];
            values[index] = scale * ((pair & 15) - ZeroPoint);
            values[Half + index] = scale * ((pair >> 4) - ZeroPoint);
        }
    }

    /// <summary>The block of 32 numbers: the largest by magnitude, with its sign, becomes −8.</summary>
    public static void Encode(ReadOnlySpan<float> values, Span<byte> block)
    {
        float extreme = 0;
        foreach (float value in values)
        {
            extreme = Math.Abs(value) > Math.Abs(extreme) ? value : extreme;
        }

        float scale = extreme / -ZeroPoint, inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(block, (System.Half)scale);
        for (int index = 0; index < Half; index++)
        {
            int low = Quantise(values[index] * inverse), high = Quantise(values[Half + index] * inverse);
            block[QuantsOffset + index] = (byte)(low | (high << 4));
        }
    }

    // To the nearest; what would be 16 is 15.
    private static int Quantise(float scaled) => Math.Min(15, (int)(scaled + ZeroPoint + 0.5f));
}
