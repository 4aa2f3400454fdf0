using System.Text;
using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Gguf;

namespace Polymath.Formats.Tests.Gguf;

/// <summary>Hostile files: each must be refused with a message that names the file and the fault.</summary>
public sealed class GgufAttackTests : IDisposable
{
    private const uint Float32 = 0, Q8 = 8, TextType = 8, ArrayType = 9;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("GGU")]
    [InlineData("GGML0000000000000000000000000000")]
    [InlineData("FUGG0000000000000000000000000000")]
    public void AnotherFile(string content) =>
        Refuses(Encoding.UTF8.GetBytes(content), content.Length == 0 ? "is empty" : "not a GGUF file");

    [Theory]
    [InlineData(0u, "version 0")]
    [InlineData(1u, "version 1 of GGUF; expected version 2 or 3")]
    [InlineData(4u, "version 4")]
    [InlineData(0x03000000u, "big-endian")]
    [InlineData(uint.MaxValue, "version")]
    public void AnotherVersion(uint version, string fault) => Refuses(GgufBytes.Begin(0, 0, version).ToArray(), fault);

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData((1UL << 32) + 1)]
    [InlineData((1UL << 17) + 1)]
    [InlineData(3)]
    public void CountsBeyondTheFile(ulong count)
    {
        string fault = count == 3 ? "cut short" : "are accepted";
        Refuses(GgufBytes.Begin(count, 0).ToArray(), "the number of tensors", fault);
        Refuses(GgufBytes.Begin(0, count).ToArray(), "the number of keys", fault);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "are accepted")]
    [InlineData(ulong.MaxValue - 7, "are accepted")]
    [InlineData((1UL << 32) + 2, "are accepted")]
    [InlineData(60, "cut short")]
    public void LengthsOfStringsBeyondTheFile(ulong length, string fault)
    {
        Refuses(GgufBytes.Begin(0, 1).UInt64(length).Raw("ab"u8).UInt32(4).UInt32(1).ToArray(), "a key", fault);
        Refuses(GgufBytes.Begin(0, 1).Text("k").UInt32(TextType).UInt64(length).Raw("ab"u8).ToArray(), "key 'k'", fault);
        Refuses(
            GgufBytes.Begin(1, 0).UInt64(length).Raw("ab"u8).UInt32(1).UInt64(1).UInt32(0).UInt64(0).ToArray(),
            "the name of a tensor", fault);
    }

    [Theory]
    [InlineData(0u, ulong.MaxValue, "are accepted")]
    [InlineData(10u, 1UL << 61, "are accepted")]
    [InlineData(10u, (1UL << 61) + 1, "are accepted")]
    [InlineData(4u, 1UL << 62, "are accepted")]
    [InlineData(8u, 1UL << 60, "are accepted")]
    [InlineData(4u, (1UL << 32) + 1, "are accepted")]
    [InlineData(4u, 2, "cut short")]
    [InlineData(8u, 2, "cut short")]
    public void LengthsOfArraysThatOverflowOrPassTheEnd(uint itemType, ulong count, string fault)
    {
        byte[] file = GgufBytes.Begin(0, 1).Text("k").UInt32(ArrayType).UInt32(itemType).UInt64(count).UInt32(0).ToArray();
        Refuses(file, "the length of key 'k'", fault);
    }

    [Fact]
    public void AHugeStringWithinAnArray() => Refuses(
        GgufBytes.Begin(0, 1).Text("k").UInt32(ArrayType).UInt32(TextType).UInt64(2).Text("a").UInt64(ulong.MaxValue - 3)
            .ToArray(),
        "key 'k'", "are accepted");

    [Fact]
    public void NestedArrays()
    {
        GgufBytes file = GgufBytes.Begin(0, 1).Text("k").UInt32(ArrayType);
        for (int depth = 0; depth < 100_000; depth++)
        {
            file.UInt32(ArrayType).UInt64(1);
        }

        Refuses(file.ToArray(), "key 'k' is an array of arrays");
    }

    [Theory]
    [InlineData(13u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void UnknownAndNegativeTypesOfValues(uint type)
    {
        Refuses(GgufBytes.WithValue("k", type, 0, 0, 0, 0), $"key 'k' has the type {(int)type}, expected 0 to 12");
        Refuses(
            GgufBytes.Begin(0, 1).Text("k").UInt32(ArrayType).UInt32(type).UInt64(0).ToArray(),
            $"key 'k' has the type {(int)type}");
    }

    [Theory]
    [InlineData(3u, "Q4_1")]
    [InlineData(13u, "Q5_K")]
    [InlineData(26u, "I32")]
    [InlineData(39u, "MXFP4")]
    [InlineData(4u, "number 4")]
    [InlineData(40u, "number 40")]
    [InlineData(uint.MaxValue, "number -1")]
    [InlineData(0x80000008u, "number -2147483640")]
    public void TypesOfTensorsThatAreNotRead(uint type, string named) => Refuses(
        GgufBytes.WithTensor([256], type, 0, 1024), $"tensor 'a' is of type {named}, expected F32, F16, BF16, Q8_0");

    [Fact]
    public void DuplicateKeysAndTensors()
    {
        Refuses(GgufBytes.Begin(0, 2).UInt32Value("k", 1).UInt32Value("k", 2).ToArray(), "the key 'k' twice");
        Refuses(
            GgufBytes.Begin(0, 2).UInt32Value("general.alignment", 32).UInt32Value("general.alignment", 64).ToArray(),
            "'general.alignment' twice");
        Refuses(
            GgufBytes.Begin(2, 0).Tensor("a", [8], Float32, 0).Tensor("a", [8], Float32, 32).Data(64), "tensor 'a' twice");
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(7u)]
    [InlineData(24u)]
    [InlineData(33u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void AlignmentThatIsNoPowerOfTwoOrOutOfRange(uint alignment) => Refuses(
        GgufBytes.Begin(1, 1).UInt32Value("general.alignment", alignment).Tensor("a", [8], Float32, 0).Data(32),
        $"key 'general.alignment' is {alignment}, expected a power of two");

    [Fact]
    public void AlignmentOfAnotherType() =>
        Refuses(GgufBytes.WithValue("general.alignment", 0, 32), "key 'general.alignment' is of type UInt8");

    [Theory]
    [InlineData(32UL, 32)]
    [InlineData(64UL, 32)]
    [InlineData(1UL << 40, 32)]
    [InlineData(ulong.MaxValue - 31, 32)]
    [InlineData((ulong)long.MaxValue - 31, 32)]
    [InlineData(0UL, 31)]
    [InlineData(0UL, 0)]
    public void OffsetAndSizeBeyondTheEndOfTheFile(ulong offset, int dataBytes) =>
        Refuses(GgufBytes.WithTensor([8], Float32, offset, dataBytes), "tensor 'a'", "of the data");

    [Fact]
    public void OffsetsThatAreNotAligned() =>
        Refuses(GgufBytes.WithTensor([8], Float32, 4, 64), "begins at byte 4 of the data, expected a multiple of 32");

    [Fact]
    public void TensorsThatOverlap() => Refuses(
        GgufBytes.Begin(2, 0).Tensor("a", [16], Float32, 0).Tensor("b", [8], Float32, 32).Data(64),
        "tensor 'b' overlaps");

    [Theory]
    [InlineData((1UL << 32) + 8)]
    [InlineData(1UL << 32)]
    [InlineData((1UL << 33) + 1)]
    public void DimensionsAreNotTruncatedToInt32(ulong dimension)
    {
        Refuses(GgufBytes.WithTensor([dimension], Float32, 0, 64), $"needs {4 * dimension} bytes");
        Refuses(GgufBytes.WithTensor([8, dimension], Float32, 0, 64), $"needs {32 * dimension} bytes");
    }

    [Theory]
    [InlineData(ulong.MaxValue, 1)]
    [InlineData(1UL << 63, 1)]
    [InlineData(1UL << 32, 1UL << 32)]
    [InlineData(3_037_000_500, 3_037_000_500)]
    public void ShapeProductsThatOverflow(ulong first, ulong second)
    {
        Refuses(GgufBytes.WithTensor([first, second], Float32, 0, 64), "more elements than 63 bits");
        Refuses(GgufBytes.WithTensor([second, first, 1, 1], Q8, 0, 64), "more elements than 63 bits");
    }

    [Theory]
    [InlineData(1UL << 61, 0u)]
    [InlineData(1UL << 62, 30u)]
    [InlineData(long.MaxValue / 32 * 32UL, 8u)]
    public void SizesThatOverflow(ulong dimension, uint type) =>
        Refuses(GgufBytes.WithTensor([dimension], type, 0, 64), "more bytes than 63 bits");

    [Fact]
    public void ZeroDimensions()
    {
        Refuses(GgufBytes.WithTensor([0], Float32, 0, 64), "tensor 'a' has a dimension of 0");
        Refuses(GgufBytes.WithTensor([0, ulong.MaxValue], Q8, 0, 64), "tensor 'a'");
        Refuses(GgufBytes.WithTensor([32, 0], Q8, 0, 64), "tensor 'a' has a dimension of 0");
    }

    [Fact]
    public void NumbersOfDimensionsOutOfRange()
    {
        Refuses(GgufBytes.WithTensor([], Float32, 0, 64), "tensor 'a' has 0 dimensions");
        Refuses(GgufBytes.WithTensor([1, 1, 1, 1, 1], Float32, 0, 64), "tensor 'a' has 5 dimensions");
        byte[] file = GgufBytes.Begin(1, 0).Text("a").UInt32(uint.MaxValue).UInt64(1).UInt64(1).UInt64(1).ToArray();
        Refuses(file, "4294967295 dimensions");
    }

    [Fact]
    public void RowsThatAreNoWholeBlocks() =>
        Refuses(GgufBytes.WithTensor([33, 2], Q8, 0, 128), "rows of 33 elements, expected a multiple of 32");

    [Fact]
    public void TextThatIsNotUtf8()
    {
        Refuses(GgufBytes.WithValue("k", TextType, 1, 0, 0, 0, 0, 0, 0, 0, 0xff), "key 'k' is not valid UTF-8");
        byte[] key = GgufBytes.Begin(0, 1).UInt64(2).Raw(0xc3, 0x28).UInt32(0).Raw(0).ToArray();
        Refuses(key, "a key is not valid UTF-8");
    }

    [Fact]
    public void ATruthValueThatIsNone() => Refuses(GgufBytes.WithValue("k", 7, 2), "key 'k'", "neither 0 nor 1");

    [Fact]
    public void AHostileNameIsQuotedShort()
    {
        string name = "\u001b]0;title\u0007" + new string('n', 60_000);
        string message = Refuses(GgufBytes.WithValue(name, 99), "has the type 99");
        Assert.True(message.Length < 600, $"{message.Length} characters");
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void AFileCutAnywhere()
    {
        byte[] whole = Varied();
        for (int length = 1; length < whole.Length; length++)
        {
            Refuses(whole[..length], "");
        }
    }

    /// <summary>Whatever bytes are changed, the file is refused or all that it says can be read.</summary>
    [Fact]
    public void AnyChangedBytes()
    {
        byte[] whole = Varied();
        Gen<(int Place, byte Value)[]> changes = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4];
        changes.Sample(
            list =>
            {
                byte[] changed = [.. whole];
                foreach ((int place, byte value) in list)
                {
                    changed[place] = value;
                }

                ReadsOrRefuses(changed);
            },
            iter: 3000, threads: 1);
    }

    /// <summary>The same for whole numbers of 32 and 64 bits, the ones that overflow above all.</summary>
    [Fact]
    public void AnyChangedNumbers()
    {
        byte[] whole = Varied();
        Gen<ulong> numbers = Gen.OneOf(
            Gen.ULong, Gen.Int[0, 63].Select(Gen.Int[-2, 2], (bit, more) => (1UL << bit) + (ulong)more));
        Gen.Select(Gen.Int[0, whole.Length - 8], numbers, Gen.Bool).Sample(
            (place, number, isLong) =>
            {
                byte[] changed = [.. whole];
                BitConverter.GetBytes(number).AsSpan(0, isLong ? 8 : 4).CopyTo(changed.AsSpan(place));
                ReadsOrRefuses(changed);
            },
            iter: 3000, threads: 1);
    }

    [Fact]
    public void AnyBytesBehindTheMagicNumber() => Gen.Byte.Array[0, 200].Sample(
        bytes => ReadsOrRefuses([.. "GGUF"u8, 3, 0, 0, 0, .. bytes]), iter: 1000, threads: 1);

    private static byte[] Varied() => GgufBytes.Begin(3, 5)
        .UInt32Value("general.alignment", 32)
        .Text("name").UInt32(TextType).Text("naïve")
        .Text("tokens").UInt32(ArrayType).UInt32(TextType).UInt64(3).Text("a").Text("").Text("bc")
        .Text("scores").UInt32(ArrayType).UInt32(6).UInt64(2).UInt32(0x3f800000).UInt32(0)
        .Text("flag").UInt32(7).Raw(1)
        .Tensor("weights", [32, 3], Q8, 0)
        .Tensor("gain", [8], Float32, 128)
        .Tensor("half", [4, 2], 1, 160)
        .Data(176);

    private void ReadsOrRefuses(byte[] bytes)
    {
        string path = _folder.Write("changed.gguf", bytes);
        try
        {
            using GgufFile file = GgufFile.Open(path);
            foreach (GgufValue value in file.Metadata.Values)
            {
                Read(value);
            }

            foreach (GgufTensor tensor in file.Tensors.Values)
            {
                tensor.ReadRow((tensor.ElementCount / tensor.ColumnCount) - 1, new float[tensor.ColumnCount]);
            }
        }
        catch (InvalidInputException fault)
        {
            Assert.StartsWith(path, fault.Message);
        }
    }

    private static void Read(GgufValue value)
    {
        _ = (value.Type, value.ItemType) switch
        {
            (GgufValueType.Array, GgufValueType.Text) => value.AsStrings().Length,
            (GgufValueType.Array, GgufValueType.Float32) => value.AsSingles().Length,
            (GgufValueType.Array, _) => value.AsInt32s().Length,
            (GgufValueType.Text, _) => value.AsString().Length,
            (GgufValueType.Boolean, _) => value.AsBoolean() ? 1 : 0,
            (GgufValueType.Float32 or GgufValueType.Float64, _) => (int)value.AsSingle(),
            _ => value.AsInt64(),
        };
    }

    private string Refuses(byte[] bytes, params ReadOnlySpan<string> words)
    {
        string path = _folder.Write("hostile.gguf", bytes);
        string message = Assert.Throws<InvalidInputException>(() => GgufFile.Open(path).Dispose()).Message;
        Assert.StartsWith(path, message);
        foreach (string word in words)
        {
            Assert.Contains(word, message);
        }

        return message;
    }
}
