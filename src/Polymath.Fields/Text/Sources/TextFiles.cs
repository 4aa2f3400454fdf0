namespace Polymath.Fields.Text.Sources;

/// <summary>Finds the text files that a person named by files and folders.</summary>
public static class TextFiles
{
    /// <summary>The endings that make a file inside a folder a text; a file named by itself may have any.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
        [".txt", ".text", ".md", ".markdown", ".rst", ".adoc", ".org", ".tex"];

    /// <summary>
    /// The files to read, each once: in the given order, those of a folder in the ordinal order of their paths.
    /// Hidden files and folders, linked folders and empty files inside folders are passed over.
    /// </summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="errors">Receives a sentence for each path that is missing, empty or without texts.</param>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> paths, ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(errors);
        var files = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            foreach (string file in FindOne(path, errors))
            {
                if (seen.Add(Path.GetFullPath(file)))
                {
                    files.Add(file);
                }
            }
        }

        return files;
    }

    private static List<string> FindOne(string path, ICollection<string> errors)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            errors.Add($"{path}: no such file or folder; expected text files or folders of them.");
            return [];
        }

        var files = new List<string>();
        try
        {
            Collect(new DirectoryInfo(path), path, files);
        }
        catch (UnauthorizedAccessException fault)
        {
            errors.Add($"{path}: cannot be read ({fault.Message}).");
            return [];
        }

        if (files.Count == 0)
        {
            errors.Add(
                $"{path}: the folder holds no text; expected files that end in {string.Join(", ", Extensions)} and " +
                "are not empty (name a file by itself to read any other ending).");
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static void Collect(DirectoryInfo folder, string path, List<string> files)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            string name = Path.Combine(path, entry.Name);
            if (entry.Name.StartsWith('.'))
            {
                continue;
            }

            if (entry is DirectoryInfo inner)
            {
                if (inner.LinkTarget is null)
                {
                    Collect(inner, name, files);
                }
            }
            else if (Extensions.Contains(entry.Extension, StringComparer.OrdinalIgnoreCase) && Length(name) > 0)
            {
                files.Add(name);
            }
        }
    }

    // Zero as well for a link that leads nowhere.
    private static long Length(string file)
    {
        FileSystemInfo? target = File.ResolveLinkTarget(file, returnFinalTarget: true) ?? new FileInfo(file);
        return target is FileInfo { Exists: true } info ? info.Length : 0;
    }
}
