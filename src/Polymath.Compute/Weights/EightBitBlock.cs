using System.Buffers.Binary;

namespace Polymath.Compute;

/// <summary>A block of <see cref="WeightFormat.Q8_0"/>: scale, 32 signed bytes; a number is scale·byte.</summary>
internal static class EightBitBlock
{
    /// <summary>Where the bytes begin, behind the scale.</summary>
    public const int QuantsOffset = 2;

    /// <summary>The 32 numbers of a block.</summary>
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = scale * (sbyte)block[QuantsOffset + index];
        }
    }

    /// <summary>The block of 32 numbers: the largest becomes 127; halves are rounded away from zero.</summary>
    public static void Encode(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        // The numbers are divided by the scale before that is rounded to binary16, as ggml does.
        float scale = largest / sbyte.MaxValue, inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        for (int index = 0; index < values.Length; index++)
        {
            block[QuantsOffset + index] =
                (byte)(sbyte)MathF.Round(values[index] * inverse, MidpointRounding.AwayFromZero);
        }
    }
}
