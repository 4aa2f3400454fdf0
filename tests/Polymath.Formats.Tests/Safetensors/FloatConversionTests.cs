using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Safetensors;

namespace Polymath.Formats.Tests.Safetensors;

public sealed class FloatConversionTests
{
    [Theory]
    [InlineData(0x3f800000u, 0x3f80)] // 1
    [InlineData(0x3f808000u, 0x3f80)] // halfway, even below
    [InlineData(0x3f818000u, 0x3f82)] // halfway, even above
    [InlineData(0x3f808001u, 0x3f81)] // just above halfway
    [InlineData(0x7f7fffffu, 0x7f80)] // the largest float rounds to infinity
    [InlineData(0x7f800001u, 0x7fc0)] // a signalling NaN stays NaN
    [InlineData(0xffffffffu, 0xffff)] // NaN with all bits, which must not wrap to zero
    [InlineData(0x80000000u, 0x8000)] // negative zero
    [InlineData(0x00000001u, 0x0000)] // the smallest denormal
    public void BFloat16RoundsToNearestEven(uint bits, ushort expected)
    {
        byte[] bytes = new byte[2];
        FloatConversion.Write([BitConverter.UInt32BitsToSingle(bits)], DataType.BFloat16, bytes);
        Assert.Equal(expected, BitConverter.ToUInt16(bytes));
    }

    [Fact]
    public void EveryBFloat16ReadsAsItsUpperHalfAtAnyAlignmentAndLength()
    {
        byte[] bytes = new byte[(65536 * 2) + 1];
        for (int i = 0; i < 65536; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(1 + (2 * i)), (ushort)i);
        }

        Gen.Select(Gen.Int[0, 65535], Gen.Int[0, 70]).Sample((first, wanted) =>
        {
            int count = Math.Min(wanted, 65536 - first);
            float[] values = new float[count];
            FloatConversion.Read(bytes.AsSpan(1 + (2 * first), 2 * count), DataType.BFloat16, values);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal((uint)(first + i) << 16, BitConverter.SingleToUInt32Bits(values[i]));
            }
        }, iter: 2000);
    }

    [Fact]
    public void StreamAndSpanGiveTheSameBytesWhateverTheChunks()
    {
        float[] values = [.. Enumerable.Range(0, 20_001).Select(i => i * 0.37f)];
        foreach (DataType type in new[] { DataType.Float32, DataType.BFloat16, DataType.Float16, DataType.Float64 })
        {
            byte[] expected = new byte[values.Length * type.SizeInBytes()];
            FloatConversion.Write(values, type, expected);
            using MemoryStream stream = new();
            FloatConversion.Write(values, type, stream);
            Assert.Equal(expected, stream.ToArray());
        }
    }

    [Fact]
    public void OtherTypesAndLengthsAreErrors()
    {
        Assert.Throws<ArgumentException>(() => FloatConversion.Read(new byte[4], DataType.Int32, new float[1]));
        Assert.Throws<ArgumentException>(() => FloatConversion.Read(new byte[4], DataType.Float32, new float[2]));
        Assert.Throws<ArgumentException>(() => FloatConversion.Write([1f], DataType.BFloat16, new byte[4]));
    }
}
