using Microsoft.Win32.SafeHandles;
using Polymath.Compute;

namespace Polymath.Formats.Files;

/// <summary>
/// Opens a file that a user or a downloaded index named. Faults are <see cref="InvalidInputException"/>s that name the
/// path.
/// </summary>
public static class InputFile
{
    /// <summary>Opens a regular, non-empty file for reading; a link is followed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="byteCount">Its size in bytes, at least 1.</param>
    /// <exception cref="InvalidInputException">It is missing, empty, no regular file or not readable.</exception>
    public static SafeFileHandle Open(string path, out long byteCount)
    {
        try
        {
            RequireRegularFile(path);
            SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            byteCount = RandomAccess.GetLength(handle);
            return handle;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, fault);
        }
    }

    /// <summary>Reads a whole regular, non-empty file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The largest size that is accepted.</param>
    /// <exception cref="InvalidInputException">It is missing, empty, too large, no file or unreadable.</exception>
    public static byte[] ReadAllBytes(string path, int maxBytes)
    {
        using SafeFileHandle handle = Open(path, out long byteCount);
        if (byteCount > maxBytes)
        {
            throw new InvalidInputException($"{path}: {byteCount} bytes, but at most {maxBytes} are accepted");
        }

        byte[] bytes = new byte[byteCount];
        ReadExactly(handle, bytes, 0, path);
        return bytes;
    }

    /// <summary>Fills a span from a position of an open file.</summary>
    /// <param name="handle">The open file.</param>
    /// <param name="destination">Filled wholly.</param>
    /// <param name="offset">The position of the first byte.</param>
    /// <param name="path">What messages call the file.</param>
    /// <exception cref="InvalidInputException">The file ends too early or cannot be read.</exception>
    public static void ReadExactly(SafeFileHandle handle, Span<byte> destination, long offset, string path)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int count = RandomAccess.Read(handle, destination, offset);
                if (count == 0)
                {
                    throw new InvalidInputException($"{path}: the file ends at byte {offset}, where more was expected");
                }

                destination = destination[count..];
                offset += count;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, fault);
        }
    }

    // Devices and pipes state the length 0, so they are refused with the empty files, before they are opened: opening
    // a pipe would block and reading a device need never end.
    private static void RequireRegularFile(string path)
    {
        FileInfo file = new(path);
        if (file.LinkTarget is not null)
        {
            file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }

        if (Directory.Exists(path))
        {
            throw new InvalidInputException($"{path}: is a folder where a file was expected");
        }

        if (!file.Exists)
        {
            throw new InvalidInputException($"{path}: does not exist");
        }

        if (file.Length == 0)
        {
            throw new InvalidInputException($"{path}: is empty or no regular file");
        }
    }

    private static InvalidInputException Unreadable(string path, Exception fault) =>
        new($"{path}: cannot be read: {fault.Message}", fault);
}
