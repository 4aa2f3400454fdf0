using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
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

    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, SafetensorsTensor> _tensors;
    private byte* _address;

    private SafetensorsFile(
        string path, SafeFileHandle handle, long fileBytes, SafetensorsHeader header, long dataOffset)
    {
        Path = path;
        Metadata = header.Metadata;
        _tensors = new Dictionary<string, SafetensorsTensor>(header.Entries.Count);
        foreach (SafetensorsHeaderEntry entry in header.Entries)
        {
            _tensors.Add(entry.Name, new SafetensorsTensor(this, entry, dataOffset));
        }

        _mapping = MemoryMappedFile.CreateFromFile(
            handle, null, fileBytes, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _mapping.CreateViewAccessor(0, fileBytes, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _address);
        _address += _view.PointerOffset;
    }

    /// <summary>The path that was opened.</summary>
    public string Path { get; }

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
    internal byte* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_address is null, this);
            return _address;
        }
    }

    /// <summary>Opens, checks and maps a file.</summary>
    /// <exception cref="InvalidInputException">The file is unreadable or breaks a rule of the format.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle handle = InputFile.Open(path, out long fileBytes);
        try
        {
            byte[] header = ReadHeader(handle, fileBytes, path);
            long dataOffset = LengthBytes + header.Length;
            SafetensorsHeader parsed = SafetensorsHeader.Parse(header, fileBytes - dataOffset, path);
            return new SafetensorsFile(path, handle, fileBytes, parsed, dataOffset);
        }
        catch (Exception fault)
        {
            handle.Dispose();
            if (fault is IOException or UnauthorizedAccessException)
            {
                throw new InvalidInputException($"{path}: cannot be mapped into memory: {fault.Message}", fault);
            }

            throw;
        }
    }

    /// <summary>Copies a tensor, converted from F32, BF16, F16 or F64.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">As many floats as the tensor has elements.</param>
    /// <exception cref="InvalidInputException">The tensor is missing, of another size or no float.</exception>
    public void ReadFloat32(string name, Span<float> destination) => this[name].ReadFloat32(destination);

    /// <summary>Unmaps the file; the tensors' data must not be used afterwards.</summary>
    public void Dispose()
    {
        if (_address is not null)
        {
            _address = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _mapping.Dispose();
        }
    }

    private static byte[] ReadHeader(SafeFileHandle handle, long fileBytes, string path)
    {
        if (fileBytes < LengthBytes)
        {
            throw new InvalidInputException(
                $"{path}: not a safetensors file: {fileBytes} bytes, too short for the header's length");
        }

        Span<byte> length = stackalloc byte[LengthBytes];
        InputFile.ReadExactly(handle, length, 0, path);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerBytes > SafetensorsLimits.MaxHeaderBytes)
        {
            throw new InvalidInputException(
                $"{path}: not a safetensors file: a header of {headerBytes} bytes, at most " +
                $"{SafetensorsLimits.MaxHeaderBytes} are accepted");
        }

        if ((long)headerBytes > fileBytes - LengthBytes)
        {
            throw new InvalidInputException(
                $"{path}: the file is cut short: a header of {headerBytes} bytes in a file of {fileBytes}");
        }

        byte[] header = new byte[headerBytes];
        InputFile.ReadExactly(handle, header, LengthBytes, path);
        return header;
    }
}
