using System.Text;
using Polymath.Compute;
using Polymath.Formats.Safetensors;

namespace Polymath.Formats.Tests.Safetensors;

/// <summary>Hostile files: each must be refused with a message that names the file and the fault.</summary>
public sealed class SafetensorsAttackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, "empty")]
    [InlineData(1, "too short")]
    [InlineData(7, "too short")]
    public void FileUnderEightBytes(int byteCount, string fault) => Refuses(new byte[byteCount], fault);

    [Theory]
    [InlineData(ulong.MaxValue, "at most 100000000")]
    [InlineData(1UL << 63, "at most 100000000")]
    [InlineData(100_000_001, "at most 100000000")]
    [InlineData(100_000_000, "cut short")]
    [InlineData(17, "cut short")]
    [InlineData(0, "must begin with '{'")]
    public void HeaderLengthBeyondTheLimitOrTheFile(ulong headerBytes, string fault) =>
        Refuses(SafetensorsBytes.WithLength(headerBytes, new byte[16], []), fault);

    [Fact]
    public void HeaderOfEightBytesAlone() => Refuses(SafetensorsBytes.WithLength(0, [], []), "must begin with '{'");

    [Fact]
    public void HeaderThatIsNotUtf8()
    {
        byte[] header = [.. "{\""u8, 0xff, 0xfe, .. "\":{}}"u8];
        Refuses(SafetensorsBytes.Of(header, 0), "not valid UTF-8");
        Refuses(SafetensorsBytes.Of([.. "{\"__metadata__\":{\"k\":\""u8, 0xed, 0xa0, 0x80, .. "\"}}"u8], 0), "UTF-8");
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}}", "not valid JSON")]
    [InlineData("{} {}", "not valid JSON")]
    [InlineData("{\"a\":}", "not valid JSON")]
    [InlineData("{\"a\" 1}", "not valid JSON")]
    [InlineData("{/**/}", "not valid JSON")]
    [InlineData("{\"\\ud800\":{}}", "not valid JSON")]
    [InlineData("{}\0\0\0\0\0\0", "not valid JSON")]
    [InlineData("[]", "must begin with '{'")]
    [InlineData(" {}", "must begin with '{'")]
    [InlineData("\u0080\u0002}q", "must begin with '{'")]
    public void HeaderThatIsNotJson(string header, string fault) => RefusesHeader(header, 0, fault);

    [Theory]
    [InlineData("""{"a":1}""", "must be an object")]
    [InlineData("""{"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}}""", "must have a string as dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":4,"data_offsets":[0,4]}}""", "must have a list as shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}""", "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "more than 2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "without dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", "without dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"code":"x"}}""", "unknown")]
    [InlineData("""{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", "data type 'F33', expected one of F32")]
    [InlineData("""{"__metadata__":{"a":1}}""", "must be a string")]
    [InlineData("""{"__metadata__":"a"}""", "must be an object")]
    public void HeaderOfAnotherStructure(string header, string fault) => RefusesHeader(header, 4, fault);

    [Theory]
    [InlineData("[9223372036854775807]")]
    [InlineData("[4294967296,4294967296]")]
    [InlineData("[3037000500,3037000500,2]")]
    [InlineData("[2305843009213693952]")]
    [InlineData("[0,4294967296,4294967296]")]
    [InlineData("[4294967296,4294967296,0]")]
    public void ShapeProductThatOverflows(string shape) =>
        RefusesHeader(SafetensorsBytes.Header(SafetensorsBytes.Tensor("a", "F32", shape, 0, 0)), 0, "overflows");

    [Theory]
    [InlineData("F32", "[2]", 0, 4)]
    [InlineData("F32", "[]", 0, 8)]
    [InlineData("U8", "[9]", 0, 8)]
    [InlineData("F64", "[0]", 0, 8)]
    [InlineData("F32", "[1]", 8, 4)]
    [InlineData("F32", "[4294967298]", 0, 8)]
    public void ShapeTimesElementSizeUnlikeTheOffsets(string dtype, string shape, long begin, long end)
    {
        string header = SafetensorsBytes.Header(SafetensorsBytes.Tensor("a", dtype, shape, begin, end));
        RefusesHeader(header, 8, "its shape and dtype need");
    }

    [Fact]
    public void OffsetsThatOverlap()
    {
        RefusesTensors(12, "overlaps", ("a", 0, 8), ("b", 4, 12));
        RefusesTensors(8, "overlaps", ("a", 0, 8), ("b", 0, 8));
        RefusesTensors(12, "overlaps", ("a", 0, 12), ("b", 4, 8));
        RefusesTensors(8, "overlaps", ("a", 0, 4), ("empty", 6, 6), ("b", 4, 8));
    }

    [Fact]
    public void OffsetsWithAGap()
    {
        RefusesTensors(12, "leaves a gap", ("a", 0, 4), ("b", 8, 12));
        RefusesTensors(8, "leaves a gap", ("a", 4, 8));
        RefusesTensors(8, "leaves a gap", ("a", 0, 4), ("empty", 6, 6), ("b", 6, 8));
    }

    [Fact]
    public void BytesAfterTheLastTensor()
    {
        RefusesTensors(5, "bytes follow the last tensor", ("a", 0, 4));
        RefusesHeader("{}", 1, "bytes follow the last tensor");
    }

    [Fact]
    public void DataCutShort()
    {
        RefusesTensors(3, "cut short", ("a", 0, 4));
        RefusesTensors(0, "cut short", ("a", 0, 4));
    }

    [Fact]
    public void OffsetAndSizeBeyondTheEndOfTheFile()
    {
        RefusesTensors(16, "cut short", ("a", 0, 16), ("b", 16, 1L << 40));
        RefusesTensors(16, "leaves a gap", ("a", long.MaxValue - 8, long.MaxValue));
    }

    [Fact]
    public void TensorsOfSizeZeroAreFine()
    {
        string header = SafetensorsBytes.Header(
            SafetensorsBytes.Tensor("a", "F32", "[0]", 0, 0),
            SafetensorsBytes.Tensor("b", "U8", "[2]", 0, 2),
            SafetensorsBytes.Tensor("c", "F64", "[5,0,7]", 2, 2));
        using SafetensorsFile file = SafetensorsFile.Open(_folder.Write("file", SafetensorsBytes.Of(header, 2)));
        Assert.Equal(0, file["a"].ByteCount);
        Assert.Equal([0, 1], file["b"].Bytes.ToArray());
        Assert.Equal(0, file["c"].Bytes.Length);
        file.ReadFloat32("c", []);
    }

    [Theory]
    [InlineData("""{"a":T,"a":T}""")]
    [InlineData("""{"a":T,"\u0061":T}""")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"U8","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}}""")]
    public void DuplicateKeys(string header)
    {
        const string Tensor = """{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""";
        RefusesHeader(header.Replace("T", Tensor, StringComparison.Ordinal), 4, "twice");
    }

    [Fact]
    public void AHundredThousandTensorsAreRead()
    {
        string tensors = string.Join(',', Enumerable.Range(0, 100_001)
            .Select(i => SafetensorsBytes.Tensor($"layers.{i}.weight", "U8", "[1]", i, i + 1)));
        using SafetensorsFile file =
            SafetensorsFile.Open(_folder.Write("file", SafetensorsBytes.Of($"{{{tensors}}}", 100_001)));
        Assert.Equal(100_001, file.Tensors.Count);
        Assert.Equal(unchecked((byte)100_000), file["layers.100000.weight"].Bytes[0]);
    }

    [Fact]
    public void MoreTensorsThanTheLimit()
    {
        string tensors = string.Join(',', Enumerable.Range(0, SafetensorsLimits.MaxTensorCount + 1)
            .Select(i => SafetensorsBytes.Tensor($"{i}", "U8", "[0]", 0, 0)));
        RefusesHeader($"{{{tensors}}}", 0, $"more than {SafetensorsLimits.MaxTensorCount} tensors");
    }

    [Fact]
    public void MoreDimensionsThanTheLimit()
    {
        string shape = $"[{string.Join(',', Enumerable.Repeat("1", 65))}]";
        RefusesHeader(SafetensorsBytes.Header(SafetensorsBytes.Tensor("a", "U8", shape, 0, 1)), 1, "more than 64");
        string million = $"[{string.Join(',', Enumerable.Repeat("1", 1_000_000))}]";
        RefusesHeader(SafetensorsBytes.Header(SafetensorsBytes.Tensor("a", "U8", million, 0, 1)), 1, "more than 64");
    }

    [Fact]
    public void DeepNesting()
    {
        RefusesHeader("{\"a\":" + new string('[', 1_000_000), 0, "must be an object");
        RefusesHeader("{\"a\":{\"dtype\":{\"b\":{\"c\":{}}}}}", 0, "must have a string");
        RefusesHeader("{\"a\":{\"shape\":[[[[1]]]]}}", 0, "nested deeper than 3 levels");
        RefusesHeader("{\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), 0, "unknown");
    }

    [Fact]
    public void AHostileNameIsQuotedShort()
    {
        string name = "\\u001b]0;title\\u0007" + new string('n', 1_000_000);
        string header = SafetensorsBytes.Header(SafetensorsBytes.Tensor(name, "F99", "[1]", 0, 1));
        string message = RefusesHeader(header, 1, "F99");
        Assert.True(message.Length < 600, $"{message.Length} characters");
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void AFolderADeviceAndAMissingFile()
    {
        Assert.Contains("is a folder", RefusesPath(_folder.Path));
        Assert.Contains("does not exist", RefusesPath(_folder["none"]));
        if (File.Exists("/dev/zero"))
        {
            Assert.Contains("no regular file", RefusesPath("/dev/zero"));
        }
    }

    private void RefusesTensors(int dataBytes, string fault, params (string Name, long Begin, long End)[] tensors) =>
        RefusesHeader(
            SafetensorsBytes.Header([.. tensors.Select(tensor => SafetensorsBytes.Tensor(
                tensor.Name, "U8", $"[{tensor.End - tensor.Begin}]", tensor.Begin, tensor.End))]),
            dataBytes,
            fault);

    private string RefusesHeader(string header, int dataBytes, string fault) =>
        Refuses(SafetensorsBytes.Of(Encoding.UTF8.GetBytes(header), dataBytes), fault);

    private string Refuses(byte[] bytes, string fault)
    {
        string path = _folder.Write("hostile.safetensors", bytes);
        string message = RefusesPath(path);
        Assert.Contains(fault, message);
        return message;
    }

    private static string RefusesPath(string path)
    {
        string message = Assert.Throws<InvalidInputException>(() => SafetensorsFile.Open(path)).Message;
        Assert.StartsWith(path, message);
        return message;
    }
}
