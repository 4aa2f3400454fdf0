using System.Runtime.InteropServices;
using Polymath.Compute;
using Polymath.Formats.Gguf;

namespace Polymath.Formats.Tests.Gguf;

public sealed class GgufWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryKindOfValueComesBack()
    {
        var metadata = new GgufMetadata();
        metadata.Add("text", "naïve");
        metadata.Add("number", 4_000_000_000u);
        metadata.Add("fraction", 1e-6f);
        metadata.Add("flag", true);
        metadata.Add("texts", ["a", "", "▁b"]);
        metadata.Add("numbers", [1, -1, int.MaxValue]);
        metadata.Add("fractions", [0.5f, -2f]);
        using GgufFile file = Write(metadata);
        Assert.Equal("naïve", file["text"].AsString());
        Assert.Equal(4_000_000_000, file["number"].AsInt64());
        Assert.Equal(1e-6f, file["fraction"].AsSingle());
        Assert.True(file["flag"].AsBoolean());
        Assert.Equal(["a", "", "▁b"], file["texts"].AsStrings());
        Assert.Equal([1, -1, int.MaxValue], file["numbers"].AsInt32s());
        Assert.Equal([0.5f, -2f], file["fractions"].AsSingles());
    }

    [Theory]
    [InlineData(WeightFormat.Float32)]
    [InlineData(WeightFormat.Float16)]
    [InlineData(WeightFormat.BFloat16)]
    [InlineData(WeightFormat.Q8_0)]
    [InlineData(WeightFormat.Q4_0)]
    [InlineData(WeightFormat.Q4_K)]
    [InlineData(WeightFormat.Q6_K)]
    public void TensorsOfEveryFormatComeBack(WeightFormat format)
    {
        byte[] blocks = [.. Enumerable.Range(0, (int)(3 * format.RowBytes(256))).Select(index => (byte)(7 * index))];
        using GgufFile file = Write(
            new GgufMetadata(),
            new GgufEntry("odd", WeightFormat.Float32, [1], stream => stream.Write(new byte[4])),
            new GgufEntry("matrix", format, [3, 256], stream => stream.Write(blocks)));
        GgufTensor tensor = file.Tensor("matrix");
        Assert.Equal(format, tensor.Format);
        Assert.Equal([3, 256], tensor.Shape);
        Assert.Equal(0, tensor.Offset % 32);
        Assert.True(tensor.Row(2).SequenceEqual(blocks.AsSpan(2 * blocks.Length / 3)));
    }

    [Fact]
    public void EqualContentGivesEqualBytes()
    {
        Write(new GgufMetadata(), Ones("a", 3)).Dispose();
        byte[] first = File.ReadAllBytes(_folder["written.gguf"]);
        Write(new GgufMetadata(), Ones("a", 3)).Dispose();
        Assert.Equal(first, File.ReadAllBytes(_folder["written.gguf"]));
        Assert.Equal(0, first.Length % 32);
    }

    [Fact]
    public void AFailureLeavesTheOldFile()
    {
        string path = _folder.Write("written.gguf", [1, 2, 3]);
        var failing = new GgufEntry("a", WeightFormat.Float32, [2], _ => throw new IOException("full"));
        Assert.Throws<IOException>(() => GgufWriter.Write(path, new GgufMetadata(), [failing]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void DataOfAnotherLengthIsRefused()
    {
        var shortOne = new GgufEntry("a", WeightFormat.Float32, [2], stream => stream.Write(new byte[7]));
        var longOne = new GgufEntry("a", WeightFormat.Float32, [2], stream => stream.Write(new byte[9]));
        Assert.Throws<InvalidOperationException>(() => Write(new GgufMetadata(), shortOne));
        Assert.Throws<InvalidOperationException>(() => Write(new GgufMetadata(), longOne));
    }

    [Fact]
    public void WhatNoReaderTakesIsRefused()
    {
        var metadata = new GgufMetadata();
        metadata.Add("k", 1u);
        Assert.Throws<ArgumentException>(() => metadata.Add("k", 2u));
        Assert.Throws<ArgumentException>(() => metadata.Add("", 2u));
        Assert.ThrowsAny<ArgumentException>(() => metadata.Add("half", "\ud800"));
        Assert.Throws<ArgumentException>(() => Write(new GgufMetadata(), Ones("a", 1), Ones("a", 1)));
        Assert.Throws<ArgumentException>(() => Ones(new string('n', 64), 1));
        Assert.Throws<ArgumentException>(() => new GgufEntry("a", WeightFormat.Q8_0, [2, 33], _ => { }));
        Assert.Throws<ArgumentException>(() => new GgufEntry("a", WeightFormat.Float32, [], _ => { }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GgufEntry("a", WeightFormat.Float32, [0, 1], _ => { }));
    }

    private static GgufEntry Ones(string name, int count) => new(
        name, WeightFormat.Float32, [count],
        stream => stream.Write(MemoryMarshal.AsBytes<float>(Enumerable.Repeat(1f, count).ToArray())));

    private GgufFile Write(GgufMetadata metadata, params GgufEntry[] entries)
    {
        GgufWriter.Write(_folder["written.gguf"], metadata, entries);
        return GgufFile.Open(_folder["written.gguf"]);
    }
}
