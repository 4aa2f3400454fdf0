using System.Text;
using System.Text.Json;
using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Formats.Tests.Json;

public sealed class StrictJsonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ValuesOfEveryKindAreRead()
    {
        StrictJsonValue root = Parse("""{"a":[1,-2.5e3,"x\u00e9",true,null],"b":{"c":9223372036854775807}}""");
        StrictJsonValue[] items = [.. root["a"].Items()];
        Assert.Equal(5, root["a"].ItemCount);
        Assert.Equal(1, items[0].AsInt32());
        Assert.Equal(-2500.0, items[1].AsDouble());
        Assert.Equal("xé", items[2].AsString());
        Assert.True(items[3].AsBoolean());
        Assert.True(items[4].IsNull);
        Assert.Equal(long.MaxValue, root["b"]["c"].AsInt64());
        Assert.Equal(["a", "b"], root.Properties().Select(property => property.Key));
        Assert.False(root.TryGet("z", out _));
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""[{"x":{"k":1,"j":2,"k":3}}]""")]
    public void DuplicateKeysAreRefused(string text) => Assert.Contains("twice", Refusal(text));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{} {}")]
    [InlineData("// note\n{}")]
    [InlineData("{'a':1}")]
    [InlineData("[01]")]
    [InlineData("[NaN]")]
    [InlineData("\"\\ud800\"x")]
    [InlineData("{\"\\ud800\":1}")]
    public void WhatIsNotStrictJsonIsRefused(string text) =>
        Assert.StartsWith("test.json: not valid JSON", Refusal(text));

    [Fact]
    public void BytesThatAreNotUtf8AreRefused()
    {
        byte[] bytes = [.. "{\"a\":\""u8, 0xc3, 0x28, .. "\"}"u8];
        string message = Assert.Throws<InvalidInputException>(() => StrictJson.Parse(bytes, "test.json")).Message;
        Assert.Equal("test.json: not valid UTF-8", message);
    }

    [Fact]
    public void NestingBeyondTheLimitIsRefusedAndUpToItRead()
    {
        Assert.Contains("nested deeper than 3", Refusal("[[[[1]]]]", maxDepth: 3));
        Assert.Equal(1, Parse("[[[1]]]", maxDepth: 3).ItemCount);
        Assert.Contains("nested deeper", Refusal(new string('[', 5_000_000)));
    }

    [Fact]
    public void HalfASurrogatePairInAStringIsRefusedWhenRead()
    {
        StrictJsonValue value = Parse("""{"a":"\ud83d"}""")["a"];
        Assert.Contains("surrogate", Assert.Throws<InvalidInputException>(value.AsString).Message);
    }

    [Fact]
    public void FaultsNameSourceAndKeys()
    {
        StrictJsonValue root = Parse("""{"a":{"b":[1,"x"]}}""");
        StrictJsonValue text = root["a"]["b"].Items().Last();
        Assert.Equal(
            "test.json: key 'a' / 'b' / '1' must be a whole number, not a string",
            Assert.Throws<InvalidInputException>(() => text.AsInt32()).Message);
        Assert.Equal(
            "test.json: key 'a' lacks the key 'c'",
            Assert.Throws<InvalidInputException>(() => root["a"]["c"]).Message);
        Assert.Equal(
            "test.json: the root must be an array, not an object",
            Assert.Throws<InvalidInputException>(() => root.ItemCount).Message);
    }

    [Theory]
    [InlineData("[1.0]")]
    [InlineData("[1e2]")]
    [InlineData("[9223372036854775808]")]
    [InlineData("[101]")]
    [InlineData("[-1]")]
    public void WholeNumbersOutOfRangeAreRefused(string text)
    {
        StrictJsonValue value = Parse(text).Items().Single();
        Assert.Contains("from 0 to 100", Assert.Throws<InvalidInputException>(() => value.AsInt64(0, 100)).Message);
    }

    [Fact]
    public void NumbersBeyondDoubleAreRefused() =>
        Assert.Throws<InvalidInputException>(() => Parse("[1e999]").Items().Single().AsDouble());

    [Fact]
    public void HostileKeysAreQuotedShortAndWithoutControlCharacters()
    {
        string key = "\u001b[31m" + new string('k', 1_000_000);
        StrictJsonValue root = Parse(JsonSerializer.Serialize(new Dictionary<string, int> { [key] = 1 }));
        string message = Assert.Throws<InvalidInputException>(() => root[key].AsString()).Message;
        Assert.True(message.Length < 300);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void FilesThatCannotBeReadAreNamed()
    {
        Assert.Contains("does not exist", FileRefusal(_folder["none.json"]));
        Assert.Contains("is a folder", FileRefusal(_folder.Path));
        Assert.Contains("is empty", FileRefusal(_folder.Write("empty.json", [])));
        Assert.Contains("at most 16", FileRefusal(_folder.Write("large.json", new byte[17])));
        Assert.Equal(2, StrictJson.ReadFile(_folder.Write("a.json", "[1,2]"u8.ToArray()), 16).ItemCount);
    }

    [Fact]
    public void ADeviceIsRefusedWithoutBeingRead()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");
        Assert.Contains("empty", FileRefusal("/dev/zero"));
    }

    [Fact]
    public void AnyMutationOfAValidTextIsReadOrRefused()
    {
        byte[] valid = Encoding.UTF8.GetBytes("""{"a":[1,-2.5e3,"x\u00e9é",true,null],"b":{"c":"\ud83d\ude00"}}""");
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            byte[] bytes = [.. valid];
            foreach ((int at, byte value) in changes)
            {
                bytes[at] = value;
            }

            try
            {
                Visit(StrictJson.Parse(bytes, "test.json"));
            }
            catch (InvalidInputException)
            {
            }
        }, iter: 5000);
    }

    private static void Visit(StrictJsonValue value)
    {
        switch (value.Kind)
        {
            case JsonValueKind.Object:
                foreach (KeyValuePair<string, StrictJsonValue> property in value.Properties())
                {
                    Visit(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (StrictJsonValue item in value.Items())
                {
                    Visit(item);
                }

                break;
            case JsonValueKind.String:
                value.AsString();
                break;
            case JsonValueKind.Number:
                value.AsDouble();
                break;
        }
    }

    private static StrictJsonValue Parse(string text, int maxDepth = StrictJson.DefaultMaxDepth) =>
        StrictJson.Parse(Encoding.UTF8.GetBytes(text), "test.json", maxDepth);

    private static string Refusal(string text, int maxDepth = StrictJson.DefaultMaxDepth) =>
        Assert.Throws<InvalidInputException>(() => Parse(text, maxDepth)).Message;

    private static string FileRefusal(string path) =>
        Assert.Throws<InvalidInputException>(() => StrictJson.ReadFile(path, 16)).Message;
}
