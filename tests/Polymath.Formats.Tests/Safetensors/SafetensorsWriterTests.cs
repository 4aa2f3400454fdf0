using System.Text;
using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Safetensors;

namespace Polymath.Formats.Tests.Safetensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheBytesAreThoseOfTheFormat()
    {
        SafetensorsWriter.Write(
            _folder["a"],
            [
                SafetensorsEntry.FromBytes("b", DataType.UInt8, [2], new byte[] { 1, 2 }),
                SafetensorsEntry.FromBytes("c", DataType.Float32, [], new byte[] { 3, 4, 5, 6 }),
            ],
            new Dictionary<string, string> { ["z"] = "é", ["format"] = "pt" });
        const string Header =
            """{"__metadata__":{"format":"pt","z":"é"},"c":{"dtype":"F32","shape":[],"data_offsets":[0,4]},""" +
            "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[4,6]}}";
        byte[] header = Encoding.UTF8.GetBytes(Header);
        byte[] padded = [.. header, .. Enumerable.Repeat((byte)' ', (8 - (header.Length % 8)) % 8)];
        byte[] expected = SafetensorsBytes.WithLength((ulong)padded.Length, padded, [3, 4, 5, 6, 1, 2]);
        Assert.Equal(expected, File.ReadAllBytes(_folder["a"]));
        Assert.Equal(0, padded.Length % 8);
    }

    [Fact]
    public void WhatIsWrittenIsReadAgain()
    {
        Gen<DataType> type = Gen.Enum<DataType>();
        Gen<long[]> shape = Gen.Long[0, 5].Array[0, 4];
        Gen<string> name = Gen.String[Gen.Char[' ', '\u02ff'], 0, 12];
        Gen.Select(name, type, shape).List[0, 8].Sample(tensors =>
        {
            Dictionary<string, SafetensorsEntry> entries = [];
            Dictionary<string, byte[]> data = [];
            foreach ((string key, DataType dataType, long[] dimensions) in tensors)
            {
                long byteCount = dimensions.Aggregate((long)dataType.SizeInBytes(), (product, n) => product * n);
                data[key] = [.. Enumerable.Range(key.Length, (int)byteCount).Select(i => (byte)i)];
                entries[key] = SafetensorsEntry.FromBytes(key, dataType, dimensions, data[key]);
            }

            SafetensorsWriter.Write(_folder["a"], [.. entries.Values]);
            using SafetensorsFile file = SafetensorsFile.Open(_folder["a"]);
            Assert.Equal(entries.Count, file.Tensors.Count);
            foreach (SafetensorsEntry entry in entries.Values)
            {
                SafetensorsTensor tensor = file[entry.Name];
                Assert.Equal(entry.DataType, tensor.DataType);
                Assert.Equal(entry.Shape, tensor.Shape);
                Assert.Equal(data[entry.Name], tensor.Bytes.ToArray());
                Assert.Equal(0, tensor.Offset % tensor.DataType.SizeInBytes());
            }
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void TheOrderOfTheEntriesDoesNotChangeTheFile()
    {
        DataType[] types = [DataType.BFloat16, DataType.Float32, DataType.BFloat16, DataType.Float64, DataType.Float32];
        SafetensorsEntry[] entries =
            [.. types.Select((type, i) => SafetensorsEntry.FromFloat32($"t{i}", type, [1], new float[1]))];
        SafetensorsWriter.Write(_folder["a"], entries);
        SafetensorsWriter.Write(_folder["b"], [.. entries.Reverse()]);
        Assert.Equal(File.ReadAllBytes(_folder["a"]), File.ReadAllBytes(_folder["b"]));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(0)]
    public void DataOfAnotherLengthThanPromisedIsAnErrorAndLeavesTheOldFile(int byteCount)
    {
        File.WriteAllText(_folder["a"], "old");
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(
            _folder["a"], [SafetensorsEntry.FromBytes("x", DataType.Float32, [1], new byte[byteCount])]));
        Assert.Equal("old", File.ReadAllText(_folder["a"]));
        Assert.Equal(["a"], _folder.Names);
    }

    [Fact]
    public void BadEntriesAreRefusedBeforeWriting()
    {
        SafetensorsEntry entry = Entry("x", 0);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["a"], [entry, entry]));
        Assert.Throws<ArgumentException>(() => Entry("__metadata__", 0));
        Assert.ThrowsAny<ArgumentException>(() => Entry("\ud800", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Entry("x", -1));
        Assert.Throws<OverflowException>(() => Entry("x", 1L << 40, 1L << 40));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["a"], [Entry("x", new long[65])]));
        Assert.Empty(_folder.Names);

        static SafetensorsEntry Entry(string name, params long[] shape) =>
            SafetensorsEntry.FromBytes(name, DataType.Float32, shape, default);
    }

    [Fact]
    public unsafe void NativeFloatsAreWrittenFromTheirAddress()
    {
        float[] values = [1f, 2f, 3f, 4f];
        fixed (float* address = values)
        {
            SafetensorsEntry entry = SafetensorsEntry.FromFloat32("x", DataType.Float16, [2, 2], address);
            SafetensorsWriter.Write(_folder["a"], [entry]);
        }

        using SafetensorsFile file = SafetensorsFile.Open(_folder["a"]);
        float[] read = new float[4];
        file.ReadFloat32("x", read);
        Assert.Equal(values, read);
    }
}
