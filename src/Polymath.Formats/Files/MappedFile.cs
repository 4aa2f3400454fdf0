using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using Polymath.Compute;

namespace Polymath.Formats.Files;

/// <summary>
/// A regular, non-empty file, mapped into memory read-only: pages are read as they are touched and shared between
/// processes.
/// </summary>
/// <remarks>
/// The file must not be shortened by others while it is open: reading a mapped page that no longer exists ends the
/// process. Reading from several threads is safe; disposing while others read is not.
/// </remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _address;

    private MappedFile(string path, SafeFileHandle handle, long byteCount)
    {
        Path = path;
        ByteCount = byteCount;
        _mapping = MemoryMappedFile.CreateFromFile(
            handle, null, byteCount, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _mapping.CreateViewAccessor(0, byteCount, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _address);
        _address += _view.PointerOffset;
    }

    /// <summary>The path that was opened.</summary>
    public string Path { get; }

    /// <summary>The size in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>The first byte in memory.</summary>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    public byte* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_address is null, this);
            return _address;
        }
    }

    /// <summary>Opens and maps a file.</summary>
    /// <exception cref="InvalidInputException">It is missing, empty, no regular file or not readable.</exception>
    public static MappedFile Open(string path)
    {
        SafeFileHandle handle = InputFile.Open(path, out long byteCount);
        try
        {
            return new MappedFile(path, handle, byteCount);
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

    /// <summary>Unmaps the file; what was read in place must not be used afterwards.</summary>
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
}
