using System.Buffers.Binary;
using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Json;

namespace Polymath.Formats.Safetensors;

/// <summary>
/// A safetensors file, mapped into memory read-only. Layout: the header's length (8 bytes, little-endian), the header
/// (JSON), the data. Everything is checked before <see cref="Open"/> returns; see
/// https://github.com/huggingface/safetensors for the format.
/// </summary>
/// <remarks>
/// The file must not be shortened by others while it is open: reading a mapped page that no longer exists ends the
/// process. Reading from several threads is safe; disposing while others read is not.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private const int LengthBytes = sizeof(ulong);

    private readonly MappedFile _file;
    private readonly Dictionary<string, SafetensorsTensor> _tensors;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header, long dataOffset)
    {
        _file = file;
        Metadata = header.Metadata;
        _tensors = new Dictionary<string, SafetensorsTensor>(header.Entries.Count);
        foreach (SafetensorsHeaderEntry entry in header.Entries)
        {
            _tensors.Add(entry.Name, new SafetensorsTensor(this, entry, dataOffset));
        }
    }

    /// <summary>The path that was opened.</summary>
    public string Path => _file.Path;

    /// <summary>The strings under <c>__metadata__</c>; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name, in the order of the header.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => _tensors;

    /// <summary>A tensor that must be there.</summary>
    /// <exception cref="InvalidInputException">The file holds no tensor of that name.</exception>
    public SafetensorsTensor this[string name] => _tensors.TryGetValue(name, out SafetensorsTensor? tensor)
        ? tensor
        : throw new InvalidInputException($"{Path}: holds no tensor {Quotation.Of(name)}");

    /// <summary>The first byte of the file in memory.</summary>
    internal byte* Address => _file.Address;

    /// <summary>Opens, checks and maps a file.</summary>
    /// <exception cref="InvalidInputException">The file is unreadable or breaks a rule of the format.</exception>
    public static SafetensorsFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path);
        try
        {
            ReadOnlySpan<byte> header = HeaderOf(file);
            long dataOffset = LengthBytes + header.Length;
            return new SafetensorsFile(
                file, SafetensorsHeader.Parse(header, file.ByteCount - dataOffset, path), dataOffset);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Copies a tensor, converted from F32, BF16, F16 or F64.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">As many floats as the tensor has elements.</param>
    /// <exception cref="InvalidInputException">The tensor is missing, of another size or no float.</exception>
    public void ReadFloat32(string name, Span<float> destination) => this[name].ReadFloat32(destination);

    /// <summary>Unmaps the file; the tensors' data must not be used afterwards.</summary>
    public void Dispose() => _file.Dispose();

    private static ReadOnlySpan<byte> HeaderOf(MappedFile file)
    {
        if (file.ByteCount < LengthBytes)
        {
            throw new InvalidInputException(
                $"{file.Path}: not a safetensors file: {file.ByteCount} bytes, too short for the header's length");
        }

        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(file.Address, LengthBytes));
        if (headerBytes > SafetensorsLimits.MaxHeaderBytes)
        {
            throw new InvalidInputException(
                $"{file.Path}: not a safetensors file: a header of {headerBytes} bytes, at most " +
                $"{SafetensorsLimits.MaxHeaderBytes} are accepted");
        }

        if ((long)headerBytes > file.ByteCount - LengthBytes)
        {
            throw new InvalidInputException(
                $"{file.Path}: the file is cut short: a header of {headerBytes} bytes in a file of {file.ByteCount}");
        }

        return new ReadOnlySpan<byte>(file.Address + LengthBytes, (int)headerBytes);
    }
}
