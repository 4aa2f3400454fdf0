using System.Diagnostics;
using System.Text.Json;
using Polymath.Compute;
using Polymath.Formats.Safetensors;

namespace Polymath.Formats.Tests.Safetensors;

public sealed class SafetensorsCollectionTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";
    private const string Shard = "model-00001-of-00001.safetensors";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ShardsAreOneDictionary()
    {
        IReadOnlyList<string> names = SafetensorsCollectionWriter.Write(_folder.Path, Entries(5), maxShardBytes: 8);
        string[] expected = [.. Enumerable.Range(1, 3).Select(i => $"model-0000{i}-of-00003.safetensors"), Index];
        Assert.Equal(expected, names);
        Assert.Equal(expected, _folder.Names);
        using SafetensorsCollection collection = SafetensorsCollection.Open(_folder.Path);
        Assert.Equal(5, collection.Tensors.Count);
        float[] value = new float[1];
        for (int i = 0; i < 5; i++)
        {
            collection.ReadFloat32($"t{i}", value);
            Assert.Equal(i, value[0]);
        }

        Assert.Contains("no tensor 't5'", Fault(() => collection["t5"]));
    }

    [Fact]
    public void ASmallModelIsOneFile()
    {
        Assert.Equal(["model.safetensors"], SafetensorsCollectionWriter.Write(_folder.Path, Entries(5)));
        using SafetensorsCollection collection = SafetensorsCollection.Open(_folder.Path);
        Assert.Equal(5, collection.Tensors.Count);
        using SafetensorsCollection byFile = SafetensorsCollection.Open(_folder["model.safetensors"]);
        Assert.Equal(5, byFile.Tensors.Count);
    }

    [Fact]
    public void WritingAgainReplacesTheModelWhateverItsFiles()
    {
        File.WriteAllText(_folder["model-card.md"], "stays");
        SafetensorsCollectionWriter.Write(_folder.Path, Entries(5), maxShardBytes: 8);
        SafetensorsCollectionWriter.Write(_folder.Path, Entries(4), maxShardBytes: 8);
        Assert.Equal(
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model-card.md", Index],
            _folder.Names);
        SafetensorsCollectionWriter.Write(_folder.Path, Entries(3), maxShardBytes: 8);
        using (SafetensorsCollection collection = SafetensorsCollection.Open(_folder.Path))
        {
            Assert.Equal(3, collection.Tensors.Count);
        }

        SafetensorsCollectionWriter.Write(_folder.Path, Entries(2));
        Assert.Equal(["model-card.md", "model.safetensors"], _folder.Names);
        SafetensorsCollectionWriter.Write(_folder.Path, Entries(4), maxShardBytes: 8);
        Assert.DoesNotContain("model.safetensors", _folder.Names);
    }

    [Fact]
    public void AFailureInTheLastShardLeavesTheOldModelAndNoPartial()
    {
        SafetensorsCollectionWriter.Write(_folder.Path, Entries(4), maxShardBytes: 8);
        byte[][] before = [.. _folder.Names.Select(name => File.ReadAllBytes(_folder[name]))];
        string[] names = _folder.Names;
        SafetensorsEntry failing = new("x", DataType.UInt8, [4], _ => throw new IOException("disk full"));
        Assert.Throws<IOException>(() =>
            SafetensorsCollectionWriter.Write(_folder.Path, [.. Entries(3), failing], maxShardBytes: 8));
        Assert.Equal(names, _folder.Names);
        Assert.Equal(before, _folder.Names.Select(name => File.ReadAllBytes(_folder[name])));
    }

    [Fact]
    public void TheIndexIsTheOneOfHuggingFace()
    {
        SafetensorsCollectionWriter.Write(_folder.Path, Entries(3), maxShardBytes: 8);
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(_folder[Index]));
        Assert.Equal(12, index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        JsonElement map = index.RootElement.GetProperty("weight_map");
        Assert.Equal("model-00002-of-00002.safetensors", map.GetProperty("t2").GetString());
    }

    [Fact]
    public void ATensorTwiceInDifferentShardsIsRefusedBeforeWriting()
    {
        Assert.Throws<ArgumentException>(() => SafetensorsCollectionWriter.Write(
            _folder.Path, [.. Entries(2), .. Entries(2)], maxShardBytes: 4));
        Assert.Empty(_folder.Names);
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("..")]
    [InlineData("../../../../etc/passwd")]
    [InlineData("sub/model.safetensors")]
    [InlineData("./model.safetensors")]
    [InlineData("..\\\\model.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("/etc/model.safetensors")]
    [InlineData("C:\\\\model.safetensors")]
    [InlineData("C:model.safetensors")]
    [InlineData("\\\\\\\\host\\\\share\\\\model.safetensors")]
    [InlineData("/dev/zero")]
    [InlineData("model.bin")]
    [InlineData(".safetensors")]
    [InlineData("")]
    [InlineData("a\\u0000.safetensors")]
    public void ShardIndexWithAPathInsteadOfAName(string shard)
    {
        WriteMap($"\"a\":\"{shard}\"");
        Assert.Contains("must be the plain name", Refusal());
    }

    [Fact]
    public void ShardIndexWithASymbolicLink()
    {
        WriteShard("elsewhere.safetensors");
        File.CreateSymbolicLink(_folder[Shard], _folder["elsewhere.safetensors"]);
        WriteIndex("a");
        Assert.Contains("is a symbolic link", Refusal());
        File.Delete(_folder[Shard]);
        File.CreateSymbolicLink(_folder[Shard], "/etc/passwd");
        Assert.Contains("is a symbolic link", Refusal());
    }

    [Fact]
    public void ShardIndexWithADeviceOrAPipe()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/mkfifo"), "needs mkfifo");
        using (Process process = Process.Start("/usr/bin/mkfifo", _folder[Shard]))
        {
            process.WaitForExit();
        }

        WriteIndex("a");
        Assert.Contains("no regular file", Refusal());
        File.Delete(_folder[Shard]);
        using (Process process = Process.Start("/usr/bin/mknod", [_folder[Shard], "c", "1", "5"]))
        {
            process.WaitForExit();
            Assert.SkipUnless(process.ExitCode == 0, "may not create devices here");
        }

        Assert.Contains("no regular file", Refusal());
    }

    [Fact]
    public void ShardIndexThatDisagreesWithTheShards()
    {
        WriteShard(Shard);
        WriteIndex("a", "b");
        Assert.Contains("places tensor 'b' in shard", Refusal());
        WriteIndex("b");
        Assert.Contains("holds tensor 'a', which the index does not place there", Refusal());
        WriteMap($"\"a\":\"{Shard}\",\"b\":\"other.safetensors\"");
        Assert.Contains("other.safetensors: does not exist", Refusal());
    }

    [Theory]
    [InlineData("{}", "lacks the key 'weight_map'")]
    [InlineData("""{"weight_map":[]}""", "must be an object")]
    [InlineData("""{"weight_map":{"a":1}}""", "must be a string")]
    [InlineData("""{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}""", "twice")]
    [InlineData("""{"weight_map":{"a":"x.safetensors"}""", "not valid JSON")]
    public void ShardIndexOfAnotherStructure(string index, string fault)
    {
        File.WriteAllText(_folder[Index], index);
        Assert.Contains(fault, Refusal());
    }

    [Fact]
    public void ShardIndexWithMoreShardsThanTheLimit()
    {
        WriteIndex(1001, i => $"s{i}.safetensors");
        Assert.Contains("more than 1000 shards", Refusal());
    }

    [Fact]
    public void ShardIndexWithMoreTensorsThanTheLimit()
    {
        WriteIndex(SafetensorsLimits.MaxTensorCount + 1, _ => Shard);
        Assert.Contains("more than 262144 tensors", Refusal());
    }

    [Fact]
    public void AFolderWithoutAModelSaysWhatWasExpected() =>
        Assert.Contains("holds neither model.safetensors nor model.safetensors.index.json", Refusal());

    private static SafetensorsEntry[] Entries(int count) =>
    [
        .. Enumerable.Range(0, count)
            .Select(i => SafetensorsEntry.FromFloat32($"t{i}", DataType.Float32, [1], new float[] { i })),
    ];

    private void WriteShard(string name) =>
        SafetensorsWriter.Write(_folder[name], [SafetensorsEntry.FromBytes("a", DataType.UInt8, [1], new byte[1])]);

    private void WriteIndex(params string[] tensors) =>
        WriteMap(string.Join(',', tensors.Select(name => $"\"{name}\":\"{Shard}\"")));

    private void WriteIndex(int count, Func<int, string> shard) =>
        WriteMap(string.Join(',', Enumerable.Range(0, count).Select(i => $"\"t{i}\":\"{shard(i)}\"")));

    private void WriteMap(string entries) => File.WriteAllText(_folder[Index], "{\"weight_map\":{" + entries + "}}");

    private string Refusal() => Fault(() => SafetensorsCollection.Open(_folder.Path));

    private string Fault(Func<object> action)
    {
        string message = Assert.Throws<InvalidInputException>(action).Message;
        Assert.StartsWith(_folder.Path, message);
        return message;
    }
}
