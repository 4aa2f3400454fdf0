using System.Runtime.InteropServices;
using System.Text;

namespace Polymath.Formats.Files;

/// <summary>
/// Replaces a file as one step: whoever opens the path, even after a crash or a power failure, finds the old content
/// or the new content, never a part. The content is written aside in the same folder, forced to the disk, renamed
/// over the path, and the folder entry is forced to the disk as well.
/// </summary>
/// <remarks>
/// Any failure (a full disk, an unwritable folder, an exception of the caller's own) leaves the old file as it was and
/// no partial file behind. Only a killed process can leave one; <see cref="DeletePartials"/> clears those away.
/// A symbolic link at the path is replaced by the file; its target is left alone.
/// </remarks>
public static partial class AtomicFile
{
    /// <summary>How the name of every partial file ends; it also begins with a dot.</summary>
    public const string PartialSuffix = ".partial";

    // One system call per 64 KiB of small writes; larger writes pass the buffer by.
    private const int BufferBytes = 64 * 1024;

    /// <summary>Replaces <paramref name="path"/> with what <paramref name="write"/> puts into the stream.</summary>
    /// <param name="path">The file to replace or create; its folder must exist.</param>
    /// <param name="write">Writes the whole content; the stream must not be used after it returns.</param>
    /// <exception cref="IOException">The folder is missing or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow writing.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        string partial = WritePartial(target, write);
        try
        {
            Commit(partial, target);
        }
        catch
        {
            TryDelete(partial);
            throw;
        }

        SynchroniseFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>Replaces <paramref name="path"/> with a text as UTF-8 without a byte order mark.</summary>
    /// <inheritdoc cref="Write" path="/exception"/>
    public static void WriteAllText(string path, string text)
    {
        byte[] bytes = new UTF8Encoding(false).GetBytes(text);
        Write(path, stream => stream.Write(bytes));
    }

    /// <summary>
    /// Forces the entries of a folder to the disk, so that files created or renamed in it survive a power failure.
    /// Does nothing on Windows, where a rename is journalled.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be opened or the disk reports a fault.</exception>
    public static void SynchroniseFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(folder, ReadOnlyFlag);
        if (descriptor < 0)
        {
            throw new IOException($"cannot open the folder {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        int result = Synchronise(descriptor);
        int error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (error is not 0 and not InvalidArgument)
        {
            string reason = Marshal.GetPInvokeErrorMessage(error);
            throw new IOException($"cannot force the folder {folder} to the disk: {reason}");
        }
    }

    /// <summary>
    /// Deletes partial files that killed processes left in a folder. Only for the owner of the folder, while nobody
    /// else writes into it.
    /// </summary>
    /// <returns>How many files were deleted.</returns>
    public static int DeletePartials(string folder)
    {
        int deletedCount = 0;
        foreach (string partial in Directory.EnumerateFiles(folder, ".*" + PartialSuffix, AllFiles))
        {
            File.Delete(partial);
            deletedCount++;
        }

        return deletedCount;
    }

    /// <summary>Writes a partial file beside its target, forces it to the disk, and gives its path.</summary>
    internal static string WritePartial(string target, Action<Stream> write)
    {
        string partial = PartialPath(target);

        // Deleting and creating anew, rather than truncating, so that a planted link is never followed.
        File.Delete(partial);
        try
        {
            using FileStream stream = new(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        catch
        {
            TryDelete(partial);
            throw;
        }

        return partial;
    }

    /// <summary>Renames a partial file over its target.</summary>
    internal static void Commit(string partial, string target) => File.Move(partial, target, overwrite: true);

    /// <summary>Deletes a file if that is possible; a failure here must not hide the one that led to it.</summary>
    internal static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
        }
    }

    // Process and thread make the name unique among those who write at this moment, and repeat it later, so that the
    // leftover of a killed run is often overwritten by the next.
    private static string PartialPath(string target)
    {
        string name = $".{Path.GetFileName(target)}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}";
        return Path.Combine(Path.GetDirectoryName(target)!, name + PartialSuffix);
    }

    private static readonly EnumerationOptions AllFiles = new() { AttributesToSkip = FileAttributes.Directory };

    private const int ReadOnlyFlag = 0;

    // EINVAL: the file system has no such operation for folders (some network and virtual ones).
    private const int InvalidArgument = 22;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
