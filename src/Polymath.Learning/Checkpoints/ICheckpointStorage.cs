using Polymath.Formats.Files;

namespace Polymath.Learning;

/// <summary>
/// The operations on the disk that saving a checkpoint consists of: each is a point where a crash may strike.
/// </summary>
internal interface ICheckpointStorage
{
    /// <summary>Makes a folder and those above it.</summary>
    void CreateFolder(string path);

    /// <summary>Creates a file for writing.</summary>
    Stream CreateFile(string path);

    /// <summary>Forces a file's content to the disk.</summary>
    void Synchronize(Stream stream);

    /// <summary>Forces a folder's entries to the disk.</summary>
    void SynchronizeFolder(string path);

    /// <summary>Renames a folder to a name that does not exist.</summary>
    void RenameFolder(string from, string to);

    /// <summary>Deletes a folder and all in it.</summary>
    void DeleteFolder(string path);
}

/// <summary>The machine's own file system.</summary>
internal sealed class DiskStorage : ICheckpointStorage
{
    // Tensors pass the buffer by; the small writes of headers share a system call.
    private const int BufferBytes = 64 << 10;

    /// <inheritdoc/>
    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    public Stream CreateFile(string path) =>
        new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);

    /// <inheritdoc/>
    public void Synchronize(Stream stream) => ((FileStream)stream).Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void SynchronizeFolder(string path) => AtomicFile.SynchroniseFolder(path);

    /// <inheritdoc/>
    public void RenameFolder(string from, string to) => Directory.Move(from, to);

    /// <inheritdoc/>
    public void DeleteFolder(string path) => Directory.Delete(path, recursive: true);
}
