using System.Buffers.Binary;

namespace Polymath.Compute.Tests.Weights;

public sealed class WeightCodecTests
{
    [Theory]
    [InlineData(WeightFormat.Float32, 64, 256)]
    [InlineData(WeightFormat.Float16, 64, 128)]
    [InlineData(WeightFormat.BFloat16, 64, 128)]
    [InlineData(WeightFormat.Q8_0, 64, 68)]
    [InlineData(WeightFormat.Q4_0, 64, 36)]
    [InlineData(WeightFormat.Q4_K, 512, 288)]
    [InlineData(WeightFormat.Q6_K, 512, 420)]
    public void ARowIsAsLongAsInAFile(WeightFormat format, int columns, long bytes) =>
        Assert.Equal(bytes, format.RowBytes(columns));

    [Fact]
    public void ARowOfBrokenBlocksIsRefused()
    {
        Assert.Throws<ArgumentException>(() => WeightFormat.Q8_0.RowBytes(33));
        Assert.Throws<ArgumentException>(() => WeightFormat.Q4_K.RowBytes(128));
        Assert.Throws<ArgumentException>(() => WeightCodec.Decode(WeightFormat.Q8_0, new byte[34], new float[31]));
        Assert.Throws<ArgumentException>(() => WeightCodec.Decode(WeightFormat.Q6_K, new byte[209], new float[256]));
    }

    [Theory]
    [InlineData(WeightFormat.Float32)]
    [InlineData(WeightFormat.Float16)]
    [InlineData(WeightFormat.BFloat16)]
    public void FloatsThatAFormatHoldsComeBack(WeightFormat format)
    {
        float[] values = [0, -0f, 1, -1.5f, 0.0078125f, 240, float.PositiveInfinity];
        Assert.Equal(values, RoundTrip(format, values));
    }

    [Fact]
    public void BFloat16RoundsToNearestEven()
    {
        float[] values = [1 + (1f / 256), 1 + (3f / 256), 1 + (1.01f / 256), float.NaN];
        Assert.Equal([1, 1 + (4f / 256), 1 + (2f / 256), float.NaN], RoundTrip(WeightFormat.BFloat16, values));
    }

    [Fact]
    public void EightBitsRoundHalvesAwayFromZero()
    {
        var values = new float[32];
        (values[0], values[1], values[2], values[31]) = (127, 0.5f, -2.5f, -126.4f);
        var block = new byte[34];
        WeightCodec.Encode(WeightFormat.Q8_0, values, block);
        Assert.Equal((Half)1, BinaryPrimitives.ReadHalfLittleEndian(block));
        Assert.Equal([127, 1, 253, 0], block[2..6]);
        Assert.Equal(unchecked((byte)-126), block[33]);
    }

    [Fact]
    public void FourBitsTakeTheirScaleFromTheExtremeWithItsSign()
    {
        var values = new float[32];
        (values[0], values[1], values[16], values[17]) = (8, -8, 1.5f, 7.4f);
        var block = new byte[18];
        WeightCodec.Encode(WeightFormat.Q4_0, values, block);
        Assert.Equal((Half)(-1), BinaryPrimitives.ReadHalfLittleEndian(block));

        // 8 becomes −8, stored as 0; −8 would be 16 and is 15; 1.5 is −1.5, whose half rounds up to 7.
        Assert.Equal(0 | (7 << 4), block[2]);
        Assert.Equal(15 | (1 << 4), block[3]);
        Assert.Equal(8 | (8 << 4), block[4]);
    }

    [Theory]
    [InlineData(WeightFormat.Q8_0)]
    [InlineData(WeightFormat.Q4_0)]
    public void ABlockOfZerosStaysZero(WeightFormat format) =>
        Assert.Equal(new float[64], RoundTrip(format, new float[64]));

    [Theory]
    [InlineData(WeightFormat.Q8_0, 1.0 / 254)]
    [InlineData(WeightFormat.Q4_0, 1.0 / 8)]
    public void RoundingStaysWithinHalfAStep(WeightFormat format, double share)
    {
        float[] values = Random(512);
        float[] decoded = RoundTrip(format, values);
        for (int index = 0; index < values.Length; index++)
        {
            float extreme = values.AsSpan(index / 32 * 32, 32).ToArray().Max(Math.Abs);

            // A binary16 scale adds its own 2^-11 of the number; 4 bits cut off the far end of one side.
            Assert.True(Math.Abs(values[index] - decoded[index]) <= extreme * (share + 0.001), $"element {index}");
        }
    }

    [Fact]
    public void FourBitSuperBlocksFollowTheirFormula()
    {
        byte[] block = WeightSamples.Blocks(WeightFormat.Q4_K, 1, 256);
        float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
        float minimum = (float)BinaryPrimitives.ReadHalfLittleEndian(block.AsSpan(2));
        int[] scales =
        [
            block[4] & 63, block[5] & 63, block[6] & 63, block[7] & 63,
            (block[12] & 15) + (block[4] / 64 * 16), (block[13] & 15) + (block[5] / 64 * 16),
            (block[14] & 15) + (block[6] / 64 * 16), (block[15] & 15) + (block[7] / 64 * 16),
        ];
        int[] minima =
        [
            block[8] & 63, block[9] & 63, block[10] & 63, block[11] & 63,
            (block[12] / 16) + (block[8] / 64 * 16), (block[13] / 16) + (block[9] / 64 * 16),
            (block[14] / 16) + (block[10] / 64 * 16), (block[15] / 16) + (block[11] / 64 * 16),
        ];
        var expected = new float[256];
        int next = 0;
        for (int pair = 0; pair < 4; pair++)
        {
            ReadOnlySpan<byte> quants = block.AsSpan(16 + (32 * pair), 32);
            foreach (byte quant in quants)
            {
                expected[next++] = (scale * scales[2 * pair] * (quant & 15)) - (minimum * minima[2 * pair]);
            }

            foreach (byte quant in quants)
            {
                expected[next++] = (scale * scales[(2 * pair) + 1] * (quant >> 4)) - (minimum * minima[(2 * pair) + 1]);
            }
        }

        Assert.Equal(expected, Decode(WeightFormat.Q4_K, block));
    }

    [Fact]
    public void SixBitSuperBlocksFollowTheirFormula()
    {
        byte[] block = WeightSamples.Blocks(WeightFormat.Q6_K, 1, 256);
        float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block.AsSpan(208));
        var expected = new float[256];
        for (int half = 0; half < 2; half++)
        {
            for (int l = 0; l < 32; l++)
            {
                byte low = block[(64 * half) + l], next = block[(64 * half) + 32 + l], high = block[128 + (32 * half) + l];
                int[] quants =
                [
                    (low & 15) | ((high & 3) << 4), (next & 15) | (((high >> 2) & 3) << 4),
                    (low >> 4) | (((high >> 4) & 3) << 4), (next >> 4) | ((high >> 6) << 4),
                ];
                for (int quarter = 0; quarter < 4; quarter++)
                {
                    sbyte part = (sbyte)block[192 + (8 * half) + (2 * quarter) + (l / 16)];
                    expected[(128 * half) + (32 * quarter) + l] = scale * part * (quants[quarter] - 32);
                }
            }
        }

        Assert.Equal(expected, Decode(WeightFormat.Q6_K, block));
    }

    [Fact]
    public void SuperBlocksAreReadOnly()
    {
        Assert.False(WeightCodec.CanEncode(WeightFormat.Q4_K));
        Assert.Throws<NotSupportedException>(
            () => WeightCodec.Encode(WeightFormat.Q6_K, new float[256], new byte[210]));
    }

    private static float[] RoundTrip(WeightFormat format, float[] values)
    {
        var blocks = new byte[values.Length / format.BlockElements() * format.BlockBytes()];
        WeightCodec.Encode(format, values, blocks);
        return Decode(format, blocks);
    }

    private static float[] Decode(WeightFormat format, byte[] blocks)
    {
        var values = new float[blocks.Length / format.BlockBytes() * format.BlockElements()];
        WeightCodec.Decode(format, blocks, values);
        return values;
    }

    private static float[] Random(int count)
    {
        var random = new RandomStream(5, 1);
        var values = new float[count];
        for (int index = 0; index < count; index++)
        {
            values[index] = random.NextNormal();
        }

        return values;
    }
}
