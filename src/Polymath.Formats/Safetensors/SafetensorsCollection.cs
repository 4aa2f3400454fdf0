using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Formats.Safetensors;

/// <summary>
/// The tensors of a model, be they in one file or in shards with an index, in one dictionary. Everything is checked
/// before <see cref="Open"/> returns.
/// </summary>
public sealed class SafetensorsCollection : IDisposable
{
    /// <summary>What the one file of a model that is not sharded is called.</summary>
    public const string SingleFileName = "model.safetensors";

    private readonly Dictionary<string, SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsTensor> _tensors;

    private SafetensorsCollection(
        string path, Dictionary<string, SafetensorsFile> files, Dictionary<string, SafetensorsTensor> tensors)
    {
        Path = path;
        _files = files;
        _tensors = tensors;
    }

    /// <summary>The file or index that was opened.</summary>
    public string Path { get; }

    /// <summary>The tensors of all files by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => _tensors;

    /// <summary>The strings under <c>__metadata__</c>, of the first shard where there are several.</summary>
    public IReadOnlyDictionary<string, string> Metadata =>
        _files.Count == 0 ? new Dictionary<string, string>() : _files.Values.First().Metadata;

    /// <summary>A tensor that must be there.</summary>
    /// <exception cref="InvalidInputException">No file holds a tensor of that name.</exception>
    public SafetensorsTensor this[string name] => _tensors.TryGetValue(name, out SafetensorsTensor? tensor)
        ? tensor
        : throw new InvalidInputException($"{Path}: holds no tensor {Quotation.Of(name)}");

    /// <summary>
    /// Opens a safetensors file, an index (<c>.json</c>), or a folder with <c>model.safetensors</c> or, failing that,
    /// <c>model.safetensors.index.json</c>.
    /// </summary>
    /// <exception cref="InvalidInputException">Nothing is there or a file breaks a rule of the format.</exception>
    public static SafetensorsCollection Open(string path)
    {
        if (!Directory.Exists(path))
        {
            return path.EndsWith(".json", StringComparison.Ordinal) ? OpenSharded(path) : OpenSingle(path);
        }

        string single = System.IO.Path.Combine(path, SingleFileName);
        string index = System.IO.Path.Combine(path, SafetensorsIndex.FileName);
        if (File.Exists(single))
        {
            return OpenSingle(single);
        }

        return File.Exists(index)
            ? OpenSharded(index)
            : throw new InvalidInputException(
                $"{path}: holds neither {SingleFileName} nor {SafetensorsIndex.FileName}");
    }

    /// <summary>Copies a tensor, converted from F32, BF16, F16 or F64.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">As many floats as the tensor has elements.</param>
    /// <exception cref="InvalidInputException">The tensor is missing, of another size or no float.</exception>
    public void ReadFloat32(string name, Span<float> destination) => this[name].ReadFloat32(destination);

    /// <summary>Unmaps all files; the tensors' data must not be used afterwards.</summary>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files.Values)
        {
            file.Dispose();
        }
    }

    private static SafetensorsCollection OpenSingle(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        return new SafetensorsCollection(path, new() { [path] = file }, file.Tensors.ToDictionary());
    }

    private static SafetensorsCollection OpenSharded(string indexPath)
    {
        Dictionary<string, string> shardOfTensor = SafetensorsIndex.Read(indexPath);
        SafetensorsCollection collection = new(indexPath, [], new(shardOfTensor.Count));
        try
        {
            collection.Add(shardOfTensor);
            return collection;
        }
        catch
        {
            collection.Dispose();
            throw;
        }
    }

    /// <summary>Index and shards must agree on each tensor, so that neither hides one from whoever checks it.</summary>
    private void Add(Dictionary<string, string> shardOfTensor)
    {
        string folder = System.IO.Path.GetDirectoryName(Path)!;
        foreach (string shard in shardOfTensor.Values.Distinct().Order(StringComparer.Ordinal))
        {
            SafetensorsFile file = SafetensorsFile.Open(System.IO.Path.Combine(folder, shard));
            _files.Add(shard, file);
            foreach (SafetensorsTensor tensor in file.Tensors.Values)
            {
                if (shardOfTensor.GetValueOrDefault(tensor.Name) != shard)
                {
                    throw new InvalidInputException(
                        $"{Path}: shard {shard} holds tensor {Quotation.Of(tensor.Name)}, which the index does not " +
                        "place there");
                }

                _tensors.Add(tensor.Name, tensor);
            }
        }

        foreach ((string name, string shard) in shardOfTensor)
        {
            if (!_tensors.ContainsKey(name))
            {
                throw new InvalidInputException(
                    $"{Path}: places tensor {Quotation.Of(name)} in shard {shard}, which does not hold it");
            }
        }
    }
}
