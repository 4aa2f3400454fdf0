using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Safetensors;

namespace Polymath.Formats.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private static readonly byte[] OneByte =
        SafetensorsBytes.Of(SafetensorsBytes.Header(SafetensorsBytes.Tensor("a", "U8", "[1]", 0, 1)), 1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFileBuiltByHandIsRead()
    {
        string header =
            $$"""{"__metadata__":{"format":"pt"},{{SafetensorsBytes.Tensor("b", "U8", "[3]", 8, 11)}},""" +
            $$"""{{SafetensorsBytes.Tensor("a", "F32", "[1,2]", 0, 8)}}}   """;
        using SafetensorsFile file = Open(SafetensorsBytes.Of(header, 11));
        Assert.Equal(["b", "a"], file.Tensors.Keys);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal([8, 9, 10], file["b"].Bytes.ToArray());
        Assert.Equal(DataType.Float32, file["a"].DataType);
        Assert.Equal([1L, 2L], file["a"].Shape);
        Assert.Equal(8 + header.Length, file["a"].Offset);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], file["a"].Bytes.ToArray());
    }

    [Fact]
    public void UnalignedDataIsRead()
    {
        string header = SafetensorsBytes.Header(
            SafetensorsBytes.Tensor("a", "F32", "[2]", 1, 9), SafetensorsBytes.Tensor("z", "U8", "[1]", 0, 1));
        byte[] bytes = SafetensorsBytes.Of(header, 9);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 8), 1.5f);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), -2.5f);
        using SafetensorsFile file = Open(bytes);
        float[] values = new float[2];
        file.ReadFloat32("a", values);
        Assert.Equal([1.5f, -2.5f], values);
    }

    [Fact]
    public void EveryFloatTypeIsConverted()
    {
        float[] values = [0f, -0f, 1.5f, -2.25f, 65504f, float.PositiveInfinity, float.NaN, 0.000061035156f];
        DataType[] types = [DataType.Float32, DataType.BFloat16, DataType.Float16, DataType.Float64];
        SafetensorsWriter.Write(
            _folder["a"],
            [.. types.Select(type => SafetensorsEntry.FromFloat32(type.ToString(), type, [2, 4], values))]);
        using SafetensorsFile file = SafetensorsFile.Open(_folder["a"]);
        foreach (DataType type in types)
        {
            float[] read = new float[8];
            file.ReadFloat32(type.ToString(), read);
            float[] expected = [.. values];
            expected[4] = type == DataType.BFloat16 ? 65536f : 65504f;
            Assert.Equal(expected, read);
            float[] part = new float[2];
            file[type.ToString()].ReadFloat32(2, part);
            Assert.Equal([1.5f, -2.25f], part);
        }
    }

    [Fact]
    public void IntegersAndWrongSizesAreRefusedAsFloats()
    {
        string header = SafetensorsBytes.Header(
            SafetensorsBytes.Tensor("i", "I32", "[2]", 0, 8), SafetensorsBytes.Tensor("f", "F32", "[2]", 8, 16));
        using SafetensorsFile file = Open(SafetensorsBytes.Of(header, 16));
        Assert.Contains("data type I32", Fault(() => file.ReadFloat32("i", new float[2])));
        Assert.Contains("2 elements, expected 3", Fault(() => file.ReadFloat32("f", new float[3])));
        Assert.Contains("no tensor 'g'", Fault(() => file.ReadFloat32("g", [])));
        Assert.Contains("has shape [2], expected [1, 2]", Fault(() => file["f"].RequireShape(1, 2)));
        file["f"].RequireShape(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => file["f"].ReadFloat32(1, new float[2]));
    }

    [Fact]
    public void UseAfterDisposalIsAnErrorAndNoCrash()
    {
        SafetensorsFile file = Open(OneByte);
        SafetensorsTensor tensor = file["a"];
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.Bytes.Length);
    }

    [Fact]
    public void ALinkThatTheUserNamesIsFollowed()
    {
        File.CreateSymbolicLink(_folder["link"], _folder.Write("file", OneByte));
        using SafetensorsFile file = SafetensorsFile.Open(_folder["link"]);
        Assert.Equal([0], file["a"].Bytes.ToArray());
        File.CreateSymbolicLink(_folder["dangling"], _folder["none"]);
        Assert.Contains("does not exist", Fault(() => SafetensorsFile.Open(_folder["dangling"])));
        File.CreateSymbolicLink(_folder["self"], _folder["self"]);
        Assert.Contains(_folder["self"], Fault(() => SafetensorsFile.Open(_folder["self"])));
    }

    [Fact]
    public void AnyMutationOfAValidFileOpensOrIsRefused()
    {
        byte[] valid = ValidFile();
        int headerEnd = valid.Length - 35;
        Gen<(int At, byte Value)[]> changes = Gen.Select(Gen.Int[0, headerEnd], Gen.Byte).Array[0, 3];
        Gen<int> lengths = Gen.Frequency((3, Gen.Const(valid.Length)), (1, Gen.Int[0, valid.Length + 9]));
        Gen.Select(changes, lengths).Sample((mutations, length) =>
        {
            byte[] bytes = [.. valid];
            foreach ((int at, byte value) in mutations)
            {
                bytes[at] = value;
            }

            Array.Resize(ref bytes, length);
            OpensOrIsRefused(bytes);
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void AnyMutationOfTheHeadersStructureOpensOrIsRefused()
    {
        string[] pieces =
            """{ } [ ] , : "a" "dtype" "F32" "U8" "shape" "data_offsets" 0 1 4 -1 9223372036854775807 1e3 "\ud800" """
            .Split(' ');
        string[] valid =
        [
            .. """{ "__metadata__" : { "a" : "U8" } , "a" : { "dtype" : "F32" , """.Split(' '),
            .. """ "shape" : [ 1 ] , "data_offsets" : [ 0 , 4 ] } }""".Split(' '),
        ];
        Gen<string> piece = Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]);
        Gen.Select(Gen.Int[0, valid.Length - 1], piece).Array[0, 3].Sample(mutations =>
        {
            string[] header = [.. valid];
            foreach ((int at, string other) in mutations)
            {
                header[at] = other;
            }

            OpensOrIsRefused(SafetensorsBytes.Of(string.Concat(header), 4));
        }, iter: 2000, threads: 1);
    }

    private void OpensOrIsRefused(byte[] bytes)
    {
        string path = _folder.Write("mutated", bytes);
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach (SafetensorsTensor tensor in file.Tensors.Values)
            {
                // Touches every byte that the file claims to hold.
                Assert.Equal(tensor.ByteCount, tensor.Bytes.ToArray().Length);
            }
        }
        catch (InvalidInputException fault)
        {
            Assert.StartsWith(path, fault.Message);
        }
    }

    private byte[] ValidFile()
    {
        byte[] data = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];
        SafetensorsWriter.Write(
            _folder["valid"],
            [
                SafetensorsEntry.FromBytes("w", DataType.Float32, [2, 3], data),
                SafetensorsEntry.FromBytes("é", DataType.BFloat16, [4], data.AsMemory(0, 8)),
                SafetensorsEntry.FromBytes("empty", DataType.Int64, [0, 5], default),
                SafetensorsEntry.FromBytes("scalar", DataType.UInt8, [], data.AsMemory(0, 1)),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });
        return File.ReadAllBytes(_folder["valid"]);
    }

    private SafetensorsFile Open(byte[] bytes) => SafetensorsFile.Open(_folder.Write("file", bytes));

    private static string Fault(Action action) => Assert.Throws<InvalidInputException>(action).Message;
}
