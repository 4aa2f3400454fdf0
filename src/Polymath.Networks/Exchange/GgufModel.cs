using Polymath.Compute;
using Polymath.Formats.Gguf;
using Polymath.Formats.Json;
using Polymath.Formats.Tokenizers;

namespace Polymath.Networks;

/// <summary>
/// A token network as one GGUF file: configuration, tokenizer, and weights of any format, which inference keeps as the
/// file holds them. The file stays mapped until it is disposed.
/// </summary>
public sealed unsafe class GgufModel : IDisposable
{
    /// <summary>The end of a file's name.</summary>
    public const string FileExtension = ".gguf";

    // Rows are packed so many bytes at a time, in parallel.
    private const int ChunkBytes = 4 << 20;

    private readonly GgufFile _file;
    private readonly List<GgufMapping> _mappings;

    private GgufModel(GgufFile file)
    {
        _file = file;
        Configuration = GgufConfiguration.Read(file);
        _mappings = GgufMapping.For(Configuration.Architecture, Configuration.Recipe, Configuration.VocabularySize);
        foreach (GgufMapping mapping in _mappings)
        {
            file.Tensor(mapping.Name).RequireShape(mapping.Shape);
        }

        RefuseUnknown();
        Tokenizer = GgufTokenizer.Read(file);
        if (Tokenizer.VocabularySize > Configuration.VocabularySize)
        {
            throw new InvalidInputException(
                $"{file.Path}: has {Tokenizer.VocabularySize} tokens, expected at most the "
                + $"{Configuration.VocabularySize} rows of token_embd.weight");
        }
    }

    /// <summary>The network.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Opens a file and checks all but the values of its tensors.</summary>
    /// <exception cref="InvalidInputException">
    /// It is damaged, or of a kind that is not supported; the message names file and key or tensor.
    /// </exception>
    public static GgufModel Open(string path)
    {
        GgufFile file = GgufFile.Open(path);
        try
        {
            return new GgufModel(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The formats in which inference keeps a weight, part by part: those of the file; null, a parameter, where all is
    /// fp32 in the file.
    /// </summary>
    public IReadOnlyList<WeightFormat>? FormatsOf(ParameterSpecification weight)
    {
        var formats = new List<WeightFormat>();
        int row = 0;
        foreach (int rows in weight.RowParts)
        {
            GgufMapping mapping = _mappings.First(
                mapping => mapping.Parameter == weight.Name && row < mapping.RowStart + mapping.RowCount);
            formats.Add(_file.Tensor(mapping.Name).Format);
            row += rows;
        }

        return formats.All(format => format == WeightFormat.Float32) ? null : formats;
    }

    /// <summary>Reads all weights, packed ones as they are and parameters as fp32.</summary>
    /// <param name="network">A network of <see cref="Configuration"/>, its plan committed.</param>
    public void ReadWeights(TokenNetwork network)
    {
        foreach (GgufMapping mapping in _mappings)
        {
            GgufTensor tensor = _file.Tensor(mapping.Name);
            if (network.Network.PackedWeights.TryGetValue(mapping.Parameter, out PackedWeights? packed))
            {
                Pack(network.Network.Kernels, tensor, mapping, packed);
            }
            else if (network.Network.Parameters.Find(mapping.Parameter) is Parameter parameter)
            {
                Read(tensor, mapping, parameter);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void Read(GgufTensor tensor, GgufMapping mapping, Parameter parameter)
    {
        if (!mapping.IsVector)
        {
            for (int row = 0; row < mapping.RowCount; row++)
            {
                tensor.ReadRow(mapping.FileRow(row), parameter.Values.RowSpan(mapping.RowStart + row));
            }

            return;
        }

        var values = new float[mapping.RowCount];
        tensor.ReadRow(0, values);
        for (int row = 0; row < values.Length; row++)
        {
            parameter.Data[mapping.RowStart + row] = values[mapping.FileRow(row)];
        }
    }

    private static void Pack(Kernels kernels, GgufTensor tensor, GgufMapping mapping, PackedWeights packed)
    {
        int chunk = (int)Math.Max(1, ChunkBytes / tensor.RowBytes), bytes = (int)tensor.RowBytes;
        byte[]? gathered = mapping.InterleavedHeadWidth > 0 ? new byte[chunk * bytes] : null;
        for (int row = 0; row < mapping.RowCount;)
        {
            PackedPart part = packed.PartOf(mapping.RowStart + row);
            int end = Math.Min(part.FirstRow + part.Rows - mapping.RowStart, mapping.RowCount);
            int count = Math.Min(chunk, end - row);
            ReadOnlySpan<byte> blocks = new(tensor.Pointer + ((long)row * bytes), count * bytes);
            if (gathered is not null)
            {
                for (int index = 0; index < count; index++)
                {
                    tensor.Row(mapping.FileRow(row + index)).CopyTo(gathered.AsSpan(index * bytes, bytes));
                }

                blocks = gathered.AsSpan(0, count * bytes);
            }

            kernels.PackRows(packed, mapping.RowStart + row, blocks);
            row += count;
        }
    }

    private void RefuseUnknown()
    {
        HashSet<string> known = [.. _mappings.Select(mapping => mapping.Name)];
        foreach (string name in _file.Tensors.Keys.Where(name => !known.Contains(name)))
        {
            throw new InvalidInputException(
                $"{_file.Path}: holds a tensor {Quotation.Of(name)} that this architecture does not have");
        }
    }
}
