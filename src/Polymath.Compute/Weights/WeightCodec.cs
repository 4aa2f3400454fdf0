using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Polymath.Compute;

/// <summary>Converts rows of blocks from and to fp32, exactly as ggml does: files of either read alike in the other.</summary>
public static class WeightCodec
{
    /// <summary>Converts blocks to fp32.</summary>
    /// <param name="format">Their format.</param>
    /// <param name="blocks">A whole number of blocks.</param>
    /// <param name="values">As many numbers as the blocks hold.</param>
    public static void Decode(WeightFormat format, ReadOnlySpan<byte> blocks, Span<float> values)
    {
        RequireLengths(format, blocks.Length, values.Length);
        switch (format)
        {
            case WeightFormat.Float32:
                blocks.CopyTo(MemoryMarshal.AsBytes(values));
                return;
            case WeightFormat.Float16:
                for (int index = 0; index < values.Length; index++)
                {
                    values[index] = (float)BinaryPrimitives.ReadHalfLittleEndian(blocks[(2 * index)..]);
                }

                return;
            case WeightFormat.BFloat16:
                for (int index = 0; index < values.Length; index++)
                {
                    values[index] = (float)new BFloat16(BinaryPrimitives.ReadUInt16LittleEndian(blocks[(2 * index)..]));
                }

                return;
        }

        int bytes = format.BlockBytes(), elements = format.BlockElements();
        for (; !blocks.IsEmpty; blocks = blocks[bytes..], values = values[elements..])
        {
            DecodeBlock(format, blocks[..bytes], values[..elements]);
        }
    }

    /// <summary>Whether <see cref="Encode"/> knows a format: all but the blocks of 256.</summary>
    public static bool CanEncode(WeightFormat format) => format is not (WeightFormat.Q4_K or WeightFormat.Q6_K);

    /// <summary>Converts fp32 to blocks.</summary>
    /// <param name="format">A format of which <see cref="CanEncode"/> holds.</param>
    /// <param name="values">Finite numbers, a whole number of blocks.</param>
    /// <param name="blocks">Room for exactly those blocks.</param>
    public static void Encode(WeightFormat format, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        RequireLengths(format, blocks.Length, values.Length);
        switch (format)
        {
            case WeightFormat.Float32:
                MemoryMarshal.AsBytes(values).CopyTo(blocks);
                return;
            case WeightFormat.Float16:
                for (int index = 0; index < values.Length; index++)
                {
                    BinaryPrimitives.WriteHalfLittleEndian(blocks[(2 * index)..], (Half)values[index]);
                }

                return;
            case WeightFormat.BFloat16:
                for (int index = 0; index < values.Length; index++)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(blocks[(2 * index)..], ((BFloat16)values[index]).Bits);
                }

                return;
        }

        int bytes = format.BlockBytes(), elements = format.BlockElements();
        for (; !blocks.IsEmpty; blocks = blocks[bytes..], values = values[elements..])
        {
            EncodeBlock(format, values[..elements], blocks[..bytes]);
        }
    }

    private static void DecodeBlock(WeightFormat format, ReadOnlySpan<byte> block, Span<float> values)
    {
        switch (format)
        {
            case WeightFormat.Q8_0:
                EightBitBlock.Decode(block, values);
                break;
            case WeightFormat.Q4_0:
                FourBitBlock.Decode(block, values);
                break;
            case WeightFormat.Q4_K:
                FourBitSuperBlock.Decode(block, values);
                break;
            default:
                SixBitSuperBlock.Decode(block, values);
                break;
        }
    }

    private static void EncodeBlock(WeightFormat format, ReadOnlySpan<float> values, Span<byte> block)
    {
        switch (format)
        {
            case WeightFormat.Q8_0:
                EightBitBlock.Encode(values, block);
                break;
            case WeightFormat.Q4_0:
                FourBitBlock.Encode(values, block);
                break;
            default:
                throw new NotSupportedException($"{format} can be read, not written");
        }
    }

    private static void RequireLengths(WeightFormat format, int byteCount, int elementCount)
    {
        if (elementCount % format.BlockElements() != 0
            || byteCount != (long)elementCount / format.BlockElements() * format.BlockBytes())
        {
            throw new ArgumentException($"{byteCount} bytes do not hold {elementCount} elements of {format}");
        }
    }
}
