using System.Buffers;
using Polymath.Compute;
using Polymath.Formats.Safetensors;

namespace Polymath.Networks;

/// <summary>
/// Weights in the Hugging Face layout: <c>model.safetensors</c>, or shards with their index, under the names of
/// <see cref="TensorMappings"/>.
/// </summary>
public static unsafe class PretrainedWeights
{
    // GPT-2 is published with and without this prefix.
    private const string Gpt2Prefix = "transformer.";

    // GPT-2's files carry the causal mask of every layer, which is no parameter.
    private static readonly string[] MaskSuffixes = [".attn.bias", ".attn.masked_bias"];

    /// <summary>Reads all parameters of a network.</summary>
    /// <param name="path">A folder, a safetensors file or an index.</param>
    /// <param name="architecture">Whose names the file uses.</param>
    /// <param name="network">The network; its plan is committed.</param>
    /// <exception cref="InvalidInputException">A tensor is missing, of another shape, or not known.</exception>
    public static void Read(string path, Architecture architecture, TokenNetwork network)
    {
        using SafetensorsCollection tensors = SafetensorsCollection.Open(path);
        TrunkRecipe recipe = network.Network.Trunk.Recipe;
        string prefix = tensors.Tensors.ContainsKey(Gpt2Prefix + "wte.weight") ? Gpt2Prefix : "";
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (TensorMapping mapping in TensorMappings.For(architecture, recipe, network.VocabularySize))
        {
            string name = mapping.FileName.StartsWith("lm_head", StringComparison.Ordinal)
                ? mapping.FileName
                : prefix + mapping.FileName;
            known.Add(name);
            if (network.Network.Parameters.Find(mapping.Parameter) is Parameter parameter)
            {
                ReadTensor(tensors[name], mapping, parameter);
            }
        }

        RefuseUnknown(tensors, known, recipe.TiedHead);
    }

    /// <summary>Writes all parameters of a network.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="architecture">Whose names the file uses.</param>
    /// <param name="network">The network.</param>
    /// <param name="type">The type of the values in the file.</param>
    /// <param name="maxShardBytes">The most bytes of one file.</param>
    public static void Write(
        string folder, Architecture architecture, TokenNetwork network, DataType type = DataType.Float32,
        long maxShardBytes = SafetensorsCollectionWriter.DefaultMaxShardBytes)
    {
        TrunkRecipe recipe = network.Network.Trunk.Recipe;
        var entries = new List<SafetensorsEntry>();
        foreach (TensorMapping mapping in TensorMappings.For(architecture, recipe, network.VocabularySize))
        {
            Parameter? parameter = network.Network.Parameters.Find(mapping.Parameter);
            entries.Add(new SafetensorsEntry(
                mapping.FileName, type, FileShape(mapping, parameter), stream => WriteTensor(stream, mapping, parameter, type)));
        }

        // Hugging Face's loader refuses a file that does not say which framework's layout it has.
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        SafetensorsCollectionWriter.Write(folder, entries, metadata, maxShardBytes);
    }

    private static long[] FileShape(TensorMapping mapping, Parameter? parameter)
    {
        // A parameter that the network lacks is a bias or shift: GPT-2's files always have them.
        ParameterSpecification? specification = parameter?.Specification;
        return specification is null || specification.Role == ParameterRole.Vector
            ? [mapping.RowCount]
            : mapping.Transposed
                ? [specification.Columns, mapping.RowCount]
                : [mapping.RowCount, specification.Columns];
    }

    private static void ReadTensor(SafetensorsTensor tensor, TensorMapping mapping, Parameter parameter)
    {
        tensor.RequireShape(FileShape(mapping, parameter));
        int columns = parameter.Specification.Columns;
        if (!mapping.Transposed)
        {
            ReadRows(tensor, parameter.Values.RowRange(mapping.RowStart, mapping.RowCount));
            return;
        }

        MatrixView target = parameter.Values.RowRange(mapping.RowStart, mapping.RowCount);
        float[] line = ArrayPool<float>.Shared.Rent(mapping.RowCount);
        for (int column = 0; column < columns; column++)
        {
            tensor.ReadFloat32((long)column * mapping.RowCount, line.AsSpan(0, mapping.RowCount));
            for (int row = 0; row < mapping.RowCount; row++)
            {
                target.Row(row)[column] = line[row];
            }
        }

        ArrayPool<float>.Shared.Return(line);
    }

    private static void ReadRows(SafetensorsTensor tensor, MatrixView target)
    {
        for (int row = 0; row < target.Rows; row++)
        {
            tensor.ReadFloat32((long)row * target.Columns, target.RowSpan(row));
        }
    }

    private static void WriteTensor(Stream stream, TensorMapping mapping, Parameter? parameter, DataType type)
    {
        if (parameter is null)
        {
            FloatConversion.Write(new float[mapping.RowCount], type, stream);
            return;
        }

        MatrixView source = parameter.Values.RowRange(mapping.RowStart, mapping.RowCount);
        if (!mapping.Transposed)
        {
            for (int row = 0; row < source.Rows; row++)
            {
                FloatConversion.Write(source.RowSpan(row), type, stream);
            }

            return;
        }

        var line = new float[mapping.RowCount];
        for (int column = 0; column < source.Columns; column++)
        {
            for (int row = 0; row < line.Length; row++)
            {
                line[row] = source.Row(row)[column];
            }

            FloatConversion.Write(line, type, stream);
        }
    }

    private static void RefuseUnknown(SafetensorsCollection tensors, HashSet<string> known, bool tiedHead)
    {
        foreach (string name in tensors.Tensors.Keys)
        {
            bool passedOver = (tiedHead && name == "lm_head.weight")
                || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
                || MaskSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal));
            if (!known.Contains(name) && !passedOver)
            {
                throw new InvalidInputException(
                    $"{tensors.Path}: holds a tensor '{name}' that this architecture does not have");
            }
        }
    }
}
