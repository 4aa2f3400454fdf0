using System.Buffers.Binary;

namespace Polymath.Compute.Tests.Weights;

/// <summary>Weights of any format whose bits are random and whose scales are ordinary numbers.</summary>
internal static class WeightSamples
{
    /// <summary>Rows of blocks, one behind the other.</summary>
    public static byte[] Blocks(WeightFormat format, int rows, int columns)
    {
        var random = new RandomStream(11, (uint)format, ((long)rows << 20) + columns);
        var blocks = new byte[rows * format.RowBytes(columns)];
        for (int start = 0; start < blocks.Length; start += format.BlockBytes())
        {
            Fill(ref random, format, blocks.AsSpan(start, format.BlockBytes()));
        }

        return blocks;
    }

    /// <summary>The numbers that blocks stand for [rows, columns].</summary>
    public static float[] Values(WeightFormat format, byte[] blocks)
    {
        var values = new float[blocks.Length / format.BlockBytes() * format.BlockElements()];
        WeightCodec.Decode(format, blocks, values);
        return values;
    }

    private static void Fill(ref RandomStream random, WeightFormat format, Span<byte> block)
    {
        if (!format.IsQuantised())
        {
            WeightCodec.Encode(format, [random.NextNormal()], block);
            return;
        }

        for (int index = 0; index < block.Length; index++)
        {
            block[index] = (byte)random.NextBelow(256);
        }

        int[] scales = format switch
        {
            WeightFormat.Q4_K => [0, 2],
            WeightFormat.Q6_K => [208],
            _ => [0],
        };
        foreach (int offset in scales)
        {
            float scale = (0.5f + random.NextSingle()) / 64 * (random.NextBelow(4) == 0 ? -1 : 1);
            BinaryPrimitives.WriteHalfLittleEndian(block[offset..], (Half)scale);
        }
    }
}
