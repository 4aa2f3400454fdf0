using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Text.Sources.DotnetDocs;

namespace Polymath.Fields.Text.Sources;

/// <summary>Opens the text that a person named on the command line.</summary>
public static class TextSources
{
    /// <summary>The text when none is named: on every machine that can build this program.</summary>
    public const string Default = "dotnet-docs";

    /// <summary>
    /// Opens <see cref="Default"/> when nothing or just that is named; else every word is the name of a data set, which
    /// is fetched if need be, or a file or folder. A file that is called like a data set is named with its folder.
    /// </summary>
    /// <param name="names">Data sets, files and folders.</param>
    /// <param name="store">Where data sets are kept.</param>
    /// <param name="options">How files are split; null for the defaults. The default text has its own split.</param>
    /// <param name="progress">Receives a line for each stage of fetching.</param>
    /// <param name="cancellation">Stops fetching.</param>
    /// <exception cref="InvalidInputException">Something is missing, empty, not UTF-8 or too small to split.</exception>
    /// <exception cref="DataUnavailableException">A data set cannot be had now; says what to do.</exception>
    public static async Task<ITextSource> OpenAsync(
        IReadOnlyList<string> names,
        DataStore store,
        TextFileOptions? options = null,
        IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(store);
        if (names is [] or [Default])
        {
            return new DotnetDocsSource();
        }

        if (names.Contains(Default))
        {
            throw new InvalidInputException($"{Default} has its own split: expected it alone, without other texts.");
        }

        var paths = new List<string>();
        foreach (string name in names)
        {
            paths.Add(store.Contains(name)
                ? await store.GetAsync(name, progress, cancellation).ConfigureAwait(false)
                : name);
        }

        return new TextFileSource(paths, options, string.Join(", ", names));
    }
}
