using System.Buffers;
using System.Text;
using CsCheck;
using Polymath.Fields.Text.Sources;

namespace Polymath.Fields.Tests.Text.Sources;

public sealed class Utf8CheckTests
{
    // Bytes that begin, continue, and break characters of every length.
    private static readonly byte[] TellingBytes =
    [
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE2, 0xED, 0xEF, 0xF0,
        0xF4, 0xF5, 0xFF,
    ];

    private static readonly Gen<byte> TellingByte = Gen.Int[0, TellingBytes.Length - 1].Select(i => TellingBytes[i]);

    [Fact]
    public void FindsTheSameFirstWrongByteHoweverTheStreamIsCut() =>
        Gen.Select(TellingByte.Array[0, 12], Gen.Int[0, 12], Gen.Int[0, 12]).Sample((bytes, a, b) =>
        {
            int first = Math.Min(Math.Min(a, b), bytes.Length);
            int second = Math.Min(Math.Max(a, b), bytes.Length);
            Assert.Equal(Reference(bytes), Check(bytes[..first], bytes[first..second], bytes[second..]));
        }, iter: 50_000);

    [Fact]
    public void AcceptsRealTextCutAnywhere() => Gen.Select(Gen.String, Gen.Int[1, 5]).Sample((text, size) =>
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(-1, Check([.. bytes.Chunk(size)]));
    });

    [Theory]
    [InlineData(new byte[] { 0x61, 0xC3 }, 1)]
    [InlineData(new byte[] { 0x61, 0xED, 0xA0, 0x80 }, 1)]
    [InlineData(new byte[] { 0xC0, 0x80 }, 0)]
    [InlineData(new byte[] { 0x61, 0x62, 0xFF }, 2)]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 }, 0)]
    public void NamesTheOffset(byte[] bytes, long offset) => Assert.Equal(offset, Check(bytes));

    private static long Check(params byte[][] blocks)
    {
        var check = new Utf8Check();
        foreach (byte[] block in blocks)
        {
            long wrong = check.Append(block);
            if (wrong >= 0)
            {
                return wrong;
            }
        }

        return check.Finish();
    }

    private static long Reference(byte[] bytes)
    {
        int position = 0;
        while (position < bytes.Length)
        {
            if (Rune.DecodeFromUtf8(bytes.AsSpan(position), out _, out int length) != OperationStatus.Done)
            {
                return position;
            }

            position += length;
        }

        return -1;
    }
}
