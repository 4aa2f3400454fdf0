using Polymath.Compute;
using Polymath.Formats.Gguf;
using Polymath.Formats.Tokenizers;

namespace Polymath.Networks;

/// <summary>Writes a token network as one GGUF file that llama.cpp reads.</summary>
public static unsafe class GgufModelWriter
{
    /// <summary>Writes a file; it appears whole or not at all.</summary>
    /// <param name="path">The file; a folder that is missing is made.</param>
    /// <param name="network">The network, its weights not packed.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="name">What the file calls the model.</param>
    /// <param name="format">
    /// The format of matrices, one of which <see cref="WeightCodec.CanEncode"/> holds; binary16 where rows are no whole
    /// number of its blocks. Vectors and learnt positions are fp32.
    /// </param>
    /// <exception cref="InvalidInputException">The architecture or tokenizer has no form in GGUF.</exception>
    public static void Write(
        string path, TokenNetwork network, Tokenizer tokenizer, string name, WeightFormat format = WeightFormat.Float32)
    {
        if (network.Network.PackedWeights.Count > 0)
        {
            throw new ArgumentException("packed weights are not written", nameof(network));
        }

        TrunkRecipe recipe = network.Network.Trunk.Recipe;
        var configuration = new ModelConfiguration(
            Architectures.Of(recipe), recipe, network.VocabularySize, tokenizer.EndOfText);
        var metadata = new GgufMetadata();
        GgufConfiguration.Write(metadata, configuration, name, format);
        GgufTokenizer.Write(metadata, tokenizer, network.VocabularySize);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        GgufWriter.Write(path, metadata, [.. GgufMapping
            .For(configuration.Architecture, recipe, network.VocabularySize)
            .Select(mapping => Entry(mapping, network.Network.Parameters.Find(mapping.Parameter), format))]);
    }

    private static GgufEntry Entry(GgufMapping mapping, Parameter? parameter, WeightFormat format)
    {
        if (mapping.IsVector || mapping.Parameter == "positions.embedding")
        {
            format = WeightFormat.Float32;
        }
        else if (mapping.Columns % format.BlockElements() != 0)
        {
            format = WeightFormat.Float16;
        }

        return new GgufEntry(mapping.Name, format, mapping.Shape, stream => WriteData(stream, mapping, parameter, format));
    }

    private static void WriteData(Stream stream, GgufMapping mapping, Parameter? parameter, WeightFormat format)
    {
        if (mapping.IsVector)
        {
            // A parameter that the network lacks is a bias or shift: GPT-2's files always have them.
            var values = new float[mapping.RowCount];
            for (int row = 0; parameter is not null && row < values.Length; row++)
            {
                values[row] = parameter.Data[mapping.RowStart + mapping.ParameterRow(row)];
            }

            WriteRow(values);
            return;
        }

        for (int row = 0; row < mapping.RowCount; row++)
        {
            WriteRow(parameter!.Values.RowSpan(mapping.RowStart + mapping.ParameterRow(row)));
        }

        void WriteRow(ReadOnlySpan<float> values)
        {
            var blocks = new byte[format.RowBytes(values.Length)];
            WeightCodec.Encode(format, values, blocks);
            stream.Write(blocks);
        }
    }
}
