using Polymath.Compute;
using Polymath.Formats.Gguf;

namespace Polymath.Formats.Tests.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void BothVersionsAreRead(uint version)
    {
        using GgufFile file = Open(GgufBytes.Begin(0, 1, version).UInt32Value("k", 7).ToArray());
        Assert.Equal((int)version, file.Version);
        Assert.Equal(7, file["k"].AsInt32());
    }

    [Fact]
    public void IntegersOfEveryTypeAreRead()
    {
        (uint Type, byte[] Bytes, long Value)[] integers =
        [
            (0, [200], 200), (1, [0xfe], -2), (2, [0x01, 0x80], 0x8001), (3, [0xff, 0xff], -1),
            (4, [0, 0, 0, 0x80], 0x80000000), (5, [0xff, 0xff, 0xff, 0xff], -1),
            (10, [1, 0, 0, 0, 0, 0, 0, 0x7f], 0x7f00000000000001), (11, [.. Enumerable.Repeat((byte)0xff, 8)], -1),
        ];
        foreach ((uint type, byte[] bytes, long expected) in integers)
        {
            using GgufFile file = Open(GgufBytes.WithValue("k", type, bytes));
            Assert.Equal(expected, file["k"].AsInt64());
        }
    }

    [Fact]
    public void AnIntegerOutOfBoundsIsNamed()
    {
        using GgufFile file = Open(GgufBytes.WithValue("k", 10, [.. Enumerable.Repeat((byte)0xff, 8)]));
        AssertFault("key 'k' is 18446744073709551615, expected 1 to 5", () => file["k"].AsInt32(1, 5));
    }

    [Fact]
    public void FractionsAndTruthValuesAreRead()
    {
        using GgufFile single = Open(GgufBytes.WithValue("k", 6, BitConverter.GetBytes(1.5f)));
        Assert.Equal(1.5f, single["k"].AsSingle());
        using GgufFile binary64 = Open(GgufBytes.WithValue("k", 12, BitConverter.GetBytes(-0.25)), "other");
        Assert.Equal(-0.25f, binary64["k"].AsSingle());
        using GgufFile flag = Open(GgufBytes.WithValue("k", 7, 1), "flag");
        Assert.True(flag["k"].AsBoolean());
        using GgufFile none = Open(GgufBytes.WithValue("k", 6, BitConverter.GetBytes(float.NaN)), "none");
        AssertFault("finite", () => none["k"].AsSingle());
    }

    [Fact]
    public void ArraysAreRead()
    {
        byte[] bytes = GgufBytes.Begin(0, 3)
            .Text("texts").UInt32(9).UInt32(8).UInt64(3).Text("a").Text("").Text("ü")
            .Text("numbers").UInt32(9).UInt32(1).UInt64(2).Raw(1, 0xff)
            .Text("none").UInt32(9).UInt32(8).UInt64(0)
            .ToArray();
        using GgufFile file = Open(bytes);
        Assert.Equal(["a", "", "ü"], file["texts"].AsStrings());
        Assert.Equal([1, -1], file["numbers"].AsInt32s());
        Assert.Empty(file["none"].AsStrings());
        Assert.Equal(["texts", "numbers", "none"], file.Metadata.Keys);
    }

    [Fact]
    public void AValueOfAnotherTypeIsNamed()
    {
        using GgufFile file = Open(GgufBytes.Begin(0, 1).UInt32Value("k", 1).ToArray());
        GgufValue value = file["k"];
        AssertFault("key 'k' is of type UInt32, expected a text", () => value.AsString());
        AssertFault("expected a fraction", () => value.AsSingle());
        AssertFault("expected a truth value", () => value.AsBoolean());
        AssertFault("expected an array of texts", () => value.AsStrings());
        AssertFault("expected an array of whole numbers", () => value.AsInt32s());
        AssertFault("lacks the key 'l'", () => file["l"]);
        Assert.Null(file.Find("l"));
    }

    [Fact]
    public unsafe void TensorsStayInTheFile()
    {
        byte[] bytes = GgufBytes.Begin(2, 0)
            .Tensor("first", [4, 2], 0, 32).Tensor("second", [2, 3, 2], 30, 0).Data(64);
        using GgufFile file = Open(bytes);
        GgufTensor first = file.Tensor("first"), second = file.Tensor("second");
        Assert.Equal([2, 4], first.Shape);
        Assert.Equal([2, 3, 2], second.Shape);
        Assert.Equal((8, 4, 16, 32), (first.ElementCount, first.ColumnCount, first.RowBytes, first.ByteCount));
        Assert.Equal((WeightFormat.Float32, WeightFormat.BFloat16), (first.Format, second.Format));
        Assert.Equal(bytes.Length - 32, first.Offset);
        Assert.True(first.Row(1).SequenceEqual(bytes.AsSpan((int)first.Offset + 16, 16)));
        Assert.Equal(bytes[second.Offset], *second.Pointer);
        var row = new float[4];
        first.ReadRow(1, row);
        Assert.Equal(BitConverter.ToSingle(bytes, (int)first.Offset + 16), row[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => first.Row(2));
        AssertFault("tensor 'first' has shape [2, 4], expected [4, 2]", () => first.RequireShape(4, 2));
        AssertFault("no tensor 'third'", () => file.Tensor("third"));
    }

    [Fact]
    public void AlignmentMovesTheData()
    {
        byte[] head = GgufBytes.Begin(1, 1).UInt32Value("general.alignment", 128).Tensor("a", [1], 0, 0).ToArray();
        Assert.True(head.Length < 128);
        byte[] bytes = [.. head, .. new byte[128 - head.Length], .. BitConverter.GetBytes(2.5f)];
        using GgufFile file = Open(bytes);
        Assert.Equal(128, file.Tensor("a").Offset);
        var row = new float[1];
        file.Tensor("a").ReadRow(0, row);
        Assert.Equal(2.5f, row[0]);
    }

    [Fact]
    public void ADisposedFileIsNotRead()
    {
        GgufFile file = Open(GgufBytes.WithTensor([8], 0, 0, 32));
        GgufTensor tensor = file.Tensor("a");
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.Row(0));
    }

    private GgufFile Open(byte[] bytes, string name = "file") => GgufFile.Open(_folder.Write(name, bytes));

    private void AssertFault(string fault, Func<object?> read)
    {
        string message = Assert.Throws<InvalidInputException>(() => read()).Message;
        Assert.StartsWith(_folder.Path, message);
        Assert.Contains(fault, message);
    }

    private void AssertFault(string fault, Action read) => AssertFault(fault, () =>
    {
        read();
        return null;
    });
}
