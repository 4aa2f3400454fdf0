using Polymath.Compute;
using Polymath.Formats.Safetensors;

namespace Polymath.Networks.Tests;

/// <summary>Models written in the Hugging Face layout come back equal, whole or sharded; damaged ones are refused by name.</summary>
public sealed class ExchangeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("polymath-exchange-").FullName;

    public static TheoryData<string> Models => ["tiny-gpt2", "tiny-llama", "tiny-qwen3"];

    [Theory]
    [MemberData(nameof(Models))]
    public void AModelComesBackEqual(string model)
    {
        using NetworkFixture first = Load(Golden(model), out ModelConfiguration configuration);
        PretrainedModel.Write(_folder, first.Tokens, configuration.EndOfTextToken);
        using NetworkFixture second = Load(_folder, out ModelConfiguration read);
        Assert.Equal(configuration, read);
        AssertEqualParameters(first, second);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void TensorsKeepTheirNamesShapesAndBits(string model)
    {
        using NetworkFixture fixture = Load(Golden(model), out ModelConfiguration configuration);
        PretrainedModel.Write(_folder, fixture.Tokens, configuration.EndOfTextToken);
        using SafetensorsCollection original = SafetensorsCollection.Open(Golden(model));
        using SafetensorsCollection written = SafetensorsCollection.Open(_folder);
        SafetensorsTensor[] parameters =
            [.. original.Tensors.Values.Where(tensor => !tensor.Name.EndsWith(".attn.bias", StringComparison.Ordinal))];
        Assert.Equal(parameters.Select(tensor => tensor.Name).Order(), written.Tensors.Keys.Order());
        foreach (SafetensorsTensor tensor in parameters)
        {
            Assert.Equal(tensor.Shape, written[tensor.Name].Shape);
            Assert.True(tensor.Bytes.SequenceEqual(written[tensor.Name].Bytes), tensor.Name);
        }
    }

    [Fact]
    public void ShardsComeBackEqual()
    {
        using NetworkFixture first = Load(Golden("tiny-llama"), out ModelConfiguration configuration);
        PretrainedWeights.Write(_folder, Architecture.Llama, first.Tokens, maxShardBytes: 40_000);
        configuration.Write(Path.Combine(_folder, "config.json"));
        Assert.True(Directory.GetFiles(_folder, "model-*-of-*.safetensors").Length > 3);
        using NetworkFixture second = Load(_folder, out _);
        AssertEqualParameters(first, second);
    }

    [Fact]
    public void PrefixedNamesOfGpt2AreRead()
    {
        using NetworkFixture first = Load(Golden("tiny-gpt2"), out _);
        using (SafetensorsCollection original = SafetensorsCollection.Open(Golden("tiny-gpt2")))
        {
            SafetensorsEntry[] entries = [.. original.Tensors.Values.Select(tensor => SafetensorsEntry.FromBytes(
                "transformer." + tensor.Name, tensor.DataType, tensor.Shape, tensor.Bytes.ToArray()))];
            SafetensorsCollectionWriter.Write(_folder, entries);
        }

        File.Copy(Path.Combine(Golden("tiny-gpt2"), "config.json"), Path.Combine(_folder, "config.json"));
        using NetworkFixture second = Load(_folder, out _);
        AssertEqualParameters(first, second);
    }

    [Fact]
    public void ATensorOfAnotherShapeIsNamed() => AssertRefused(
        entries => [.. entries.Select(entry => entry.Name == "ln_f.bias" ? Entry("ln_f.bias", 7) : entry)], "ln_f.bias");

    [Fact]
    public void AMissingTensorIsNamed() =>
        AssertRefused(entries => [.. entries.Where(entry => entry.Name != "h.1.mlp.c_fc.weight")], "h.1.mlp.c_fc.weight");

    [Fact]
    public void AnUnknownTensorIsNamed() => AssertRefused(entries => [.. entries, Entry("h.9.surprise", 4)], "h.9.surprise");

    [Theory]
    [InlineData("\"model_type\": \"gpt2\"", "\"model_type\": \"bloom\"", "bloom")]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 0", "n_layer")]
    [InlineData("\"n_head\": 3", "\"n_head\": 5", "headCount")]
    [InlineData("\"gelu_new\"", "\"relu\"", "relu")]
    [InlineData("\"vocab_size\": 67", "\"vocab_size\": 99999999999", "vocab_size")]
    public void AConfigurationOutOfRangeIsNamed(string good, string bad, string named)
    {
        string text = File.ReadAllText(Path.Combine(Golden("tiny-gpt2"), "config.json"));
        Assert.Contains(good, text, StringComparison.Ordinal);
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, text.Replace(good, bad, StringComparison.Ordinal));
        var error = Assert.Throws<InvalidInputException>(() => ModelConfiguration.Read(path));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ScaledRotaryPositionsAreRefused()
    {
        string text = File.ReadAllText(Path.Combine(Golden("tiny-llama"), "config.json"));
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, text.Replace(
            "\"rope_scaling\": null", "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8}", StringComparison.Ordinal));
        var error = Assert.Throws<InvalidInputException>(() => ModelConfiguration.Read(path));
        Assert.Contains("rope_scaling", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARecipeThatNoArchitectureKnowsIsRefused()
    {
        var recipe = new TrunkRecipe { Normalization = NormalizationKind.LayerNorm };
        Assert.Throws<InvalidInputException>(() => Architectures.Of(recipe));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void AssertRefused(Func<SafetensorsEntry[], SafetensorsEntry[]> change, string named)
    {
        using (SafetensorsCollection original = SafetensorsCollection.Open(Golden("tiny-gpt2")))
        {
            SafetensorsEntry[] entries = [.. original.Tensors.Values.Select(tensor => SafetensorsEntry.FromBytes(
                tensor.Name, tensor.DataType, tensor.Shape, tensor.Bytes.ToArray()))];
            SafetensorsCollectionWriter.Write(_folder, change(entries));
        }

        File.Copy(Path.Combine(Golden("tiny-gpt2"), "config.json"), Path.Combine(_folder, "config.json"));
        var error = Assert.Throws<InvalidInputException>(() => Load(_folder, out _).Dispose());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static SafetensorsEntry Entry(string name, int count) =>
        SafetensorsEntry.FromFloat32(name, DataType.Float32, [count], new float[count]);

    private static string Golden(string model) => Path.Combine(AppContext.BaseDirectory, "Golden", model);

    private static NetworkFixture Load(string folder, out ModelConfiguration configuration)
    {
        configuration = PretrainedModel.ReadConfiguration(folder);
        var fixture = new NetworkFixture(configuration.Recipe, configuration.VocabularySize, 8, training: false);
        PretrainedWeights.Read(folder, configuration.Architecture, fixture.Tokens);
        return fixture;
    }

    private static unsafe void AssertEqualParameters(NetworkFixture first, NetworkFixture second)
    {
        ParameterStore a = first.Network.Parameters, b = second.Network.Parameters;
        Assert.Equal(a.FlatCount, b.FlatCount);
        Assert.True(new ReadOnlySpan<float>(a.Values, (int)a.FlatCount)
            .SequenceEqual(new ReadOnlySpan<float>(b.Values, (int)b.FlatCount)));
    }
}
