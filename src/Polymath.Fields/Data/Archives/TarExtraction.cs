using System.Formats.Tar;

namespace Polymath.Fields.Data.Archives;

/// <summary>Unpacks the wanted files of a tar stream, and nothing outside of the folder.</summary>
internal static class TarExtraction
{
    /// <summary>Writes each wanted regular file below a folder, under its own path.</summary>
    /// <param name="tar">The unpacked tar stream.</param>
    /// <param name="name">What messages call the archive.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="isWanted">Decides by the path within the archive: '/' between folders, no leading "./".</param>
    /// <param name="limits">What the archive may cost.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>How many files were written.</returns>
    /// <exception cref="InvalidDataException">
    /// The archive is damaged, passes a limit, or a wanted entry is a link, a device, leads outside of the folder, or
    /// comes twice.
    /// </exception>
    public static int Extract(
        Stream tar,
        string name,
        string folder,
        Predicate<string> isWanted,
        ExtractionLimits limits,
        CancellationToken cancellation = default)
    {
        using var bounded = new BoundedStream(tar, limits.MaxArchiveBytes, name);
        int fileCount = 0;
        try
        {
            using var reader = new TarReader(bounded, leaveOpen: true);
            for (int entryCount = 1; reader.GetNextEntry() is { } entry; entryCount++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (entryCount > limits.MaxEntryCount)
                {
                    throw new InvalidDataException($"{name}: holds more than {limits.MaxEntryCount} entries.");
                }

                string path = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                if (entry.EntryType is not (TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes) &&
                    isWanted(path))
                {
                    Write(entry, name, folder, path);
                    fileCount++;
                }
            }
        }
        catch (Exception fault) when (
            fault is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{name}: the archive is damaged ({fault.Message}).", fault);
        }

        return fileCount;
    }

    private static void Write(TarEntry entry, string name, string folder, string path)
    {
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
        {
            throw new InvalidDataException($"{name}: {path} is a {entry.EntryType}; expected a regular file.");
        }

        if (!IsSafe(path))
        {
            throw new InvalidDataException($"{name}: {path} leads outside of the archive.");
        }

        string target = Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (File.Exists(target) || Directory.Exists(target))
        {
            throw new InvalidDataException($"{name}: {path} comes twice.");
        }

        using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        entry.DataStream?.CopyTo(file);
    }

    // Plain names between slashes only: no root, no drive, no "..", no backslash that Windows would take for a slash.
    private static bool IsSafe(string path) =>
        path.Length > 0 && path.AsSpan().IndexOfAny("\\:\0") < 0 &&
        path.Split('/').All(part => part is not ("" or "." or ".."));
}
