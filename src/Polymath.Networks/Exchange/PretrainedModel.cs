using System.Text.Json;
using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Networks;

/// <summary>
/// A token network as a folder in the Hugging Face layout: <c>config.json</c>, weights and
/// <c>generation_config.json</c>; <c>tokenizer.json</c> lies beside, read and written by the tokenizer.
/// </summary>
public static class PretrainedModel
{
    /// <summary>The name of the configuration's file.</summary>
    public const string ConfigurationFileName = "config.json";

    /// <summary>The name of the tokenizer's file.</summary>
    public const string TokenizerFileName = "tokenizer.json";

    /// <summary>The name of the sampling defaults' file.</summary>
    public const string GenerationFileName = "generation_config.json";

    /// <summary>Reads the configuration of a folder.</summary>
    public static ModelConfiguration ReadConfiguration(string folder)
    {
        string path = Path.Combine(folder, ConfigurationFileName);
        return File.Exists(path)
            ? ModelConfiguration.Read(path)
            : throw new InvalidInputException($"{folder}: holds no {ConfigurationFileName}; expected a model in the Hugging Face layout");
    }

    /// <summary>Writes configuration, weights and sampling defaults; the folder is created.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="network">The network.</param>
    /// <param name="endOfTextToken">The token that ends a text, or null.</param>
    /// <param name="type">The type of the weights in the file.</param>
    public static void Write(
        string folder, TokenNetwork network, int? endOfTextToken, DataType type = DataType.Float32)
    {
        TrunkRecipe recipe = network.Network.Trunk.Recipe;
        Architecture architecture = Architectures.Of(recipe);
        Directory.CreateDirectory(folder);
        PretrainedWeights.Write(folder, architecture, network, type);
        new ModelConfiguration(architecture, recipe, network.VocabularySize, endOfTextToken)
            .Write(Path.Combine(folder, ConfigurationFileName));
        WriteGeneration(Path.Combine(folder, GenerationFileName), endOfTextToken);
    }

    private static void WriteGeneration(string path, int? endOfTextToken) => AtomicFile.Write(path, stream =>
    {
        var sampling = new SamplingOptions();
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteBoolean("do_sample", true);
        json.WriteNumber("temperature", sampling.Temperature);
        if (endOfTextToken is int token)
        {
            json.WriteNumber("bos_token_id", token);
            json.WriteNumber("eos_token_id", token);
        }

        json.WriteEndObject();
    });
}
