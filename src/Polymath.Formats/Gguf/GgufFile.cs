using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Json;

namespace Polymath.Formats.Gguf;

/// <summary>
/// A GGUF file of version 2 or 3, mapped into memory read-only: keys and values, descriptions of tensors, and their
/// data. All but the data is checked before <see cref="Open"/> returns; see
/// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md for the format.
/// </summary>
/// <remarks>
/// The file must not be shortened by others while it is open: reading a mapped page that no longer exists ends the
/// process. Reading from several threads is safe; disposing while others read is not.
/// </remarks>
public sealed unsafe class GgufFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly Dictionary<string, GgufValue> _values;
    private readonly Dictionary<string, GgufTensor> _tensors;

    private GgufFile(MappedFile file, GgufHeader header)
    {
        _file = file;
        Version = header.Version;
        _values = header.Values.ToDictionary(value => value.Key, value => new GgufValue(this, value));
        _tensors = header.Entries.ToDictionary(
            entry => entry.Name, entry => new GgufTensor(this, entry, header.DataOffset));
    }

    /// <summary>The path that was opened.</summary>
    public string Path => _file.Path;

    /// <summary>The version of the format.</summary>
    public int Version { get; }

    /// <summary>The metadata by key, in the order of the file.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata => _values;

    /// <summary>The tensors by name, in the order of the file.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors => _tensors;

    /// <summary>A value that must be there.</summary>
    /// <exception cref="InvalidInputException">The file lacks the key.</exception>
    public GgufValue this[string key] => _values.TryGetValue(key, out GgufValue? value)
        ? value
        : throw new InvalidInputException($"{Path}: lacks the key {Quotation.Of(key)}");

    /// <summary>The first byte of the file in memory.</summary>
    internal byte* Address => _file.Address;

    /// <summary>Opens, checks and maps a file.</summary>
    /// <exception cref="InvalidInputException">The file is unreadable or breaks a rule of the format.</exception>
    public static GgufFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path);
        try
        {
            return new GgufFile(file, GgufHeaderParser.Parse(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A value that may be missing.</summary>
    public GgufValue? Find(string key) => _values.GetValueOrDefault(key);

    /// <summary>A tensor that must be there.</summary>
    /// <exception cref="InvalidInputException">The file holds no tensor of that name.</exception>
    public GgufTensor Tensor(string name) => _tensors.TryGetValue(name, out GgufTensor? tensor)
        ? tensor
        : throw new InvalidInputException($"{Path}: holds no tensor {Quotation.Of(name)}");

    /// <summary>Unmaps the file; its values and the tensors' data must not be used afterwards.</summary>
    public void Dispose() => _file.Dispose();
}
