using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Learning;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>Finds pairs by what a person says: nothing, a known name, files or folders.</summary>
internal static class PairSources
{
    /// <summary>What is known by name, the default first.</summary>
    public static IReadOnlyList<FieldData> Known { get; } =
    [
        new(SdkMessages.DataName, "The messages of the .NET SDK's own tools, English and 13 languages."),
        .. TranslationDataSets.All.Select(set => new FieldData(set.Name, set.Description)),
    ];

    /// <summary>Opens all that is named.</summary>
    /// <param name="names">Names, files and folders; empty: the default.</param>
    /// <param name="stated">The direction of files that do not say their languages; null: all must say them.</param>
    /// <param name="store">Where data sets are kept.</param>
    /// <param name="progress">Receives a line for each stage of fetching.</param>
    /// <exception cref="InvalidInputException">Something is missing or of no known kind.</exception>
    public static IReadOnlyList<IPairSource> Open(
        IReadOnlyList<string> names, Direction? stated, DataStore store, IProgress<string> progress)
    {
        var sources = new List<IPairSource>();
        var files = new List<string>();
        foreach (string name in names.Count == 0 ? [SdkMessages.DataName] : names)
        {
            if (name == SdkMessages.DataName)
            {
                sources.Add(new SdkMessages());
                continue;
            }

            string path = store.Contains(name) ? store.GetAsync(name, progress).GetAwaiter().GetResult() : name;
            files.AddRange(Directory.Exists(path)
                ? Directory.EnumerateFiles(path).Where(IsPairs).Order(StringComparer.Ordinal)
                : File.Exists(path) ? [path] : throw new InvalidInputException(
                    $"{path}: does not exist; expected files (.tsv, .tmx, .po, or two of aligned lines), a folder, or one of: {string.Join(", ", Known.Select(known => known.Name))}"));
        }

        sources.AddRange(OpenFiles(files, stated));
        return sources.Count > 0
            ? sources
            : throw new InvalidInputException($"{string.Join(", ", names)}: holds no .tsv, .tmx or .po and no aligned files such as corpus.en and corpus.es");
    }

    private static bool IsPairs(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".tsv" or ".tmx" or ".po" || AlignedPairs.LanguageOf(path) is not null;

    private static IEnumerable<IPairSource> OpenFiles(List<string> files, Direction? stated)
    {
        var lines = new List<string>();
        foreach (string file in files)
        {
            switch (Path.GetExtension(file).ToLowerInvariant())
            {
                case ".tsv":
                    yield return new TabbedPairs(file, stated);
                    break;
                case ".tmx":
                    yield return new TmxPairs(file);
                    break;
                case ".po":
                    yield return new GettextPairs(file, stated);
                    break;
                default:
                    lines.Add(file);
                    break;
            }
        }

        foreach (IGrouping<string, string> group in lines.GroupBy(
            file => AlignedPairs.LanguageOf(file) is null ? "" : Path.ChangeExtension(file, null)))
        {
            foreach (IPairSource source in OpenAligned([.. group], stated))
            {
                yield return source;
            }
        }
    }

    // The first file's language is the source of the others; files without a language come two by two.
    private static IEnumerable<IPairSource> OpenAligned(string[] files, Direction? stated)
    {
        if (AlignedPairs.LanguageOf(files[0]) is not { } source)
        {
            if (files.Length != 2 || stated is not { } direction)
            {
                throw new InvalidInputException(
                    $"{files[0]}: does not say its language; expected two files such as corpus.en and corpus.es, or two files and one direction in the recipe (directions=en-es)");
            }

            return [new AlignedPairs(files[0], files[1], direction)];
        }

        // The first that was named, unless the recipe states another.
        int first = Math.Max(0, Array.FindIndex(files, file => AlignedPairs.LanguageOf(file) == (stated?.Source ?? source)));
        return files.Length < 2
            ? throw new InvalidInputException($"{files[0]}: has no partner, expected a second file of the same name and another language")
            : files.Where((_, index) => index != first).Select(file => (IPairSource)new AlignedPairs(
                files[first], file, new Direction(AlignedPairs.LanguageOf(files[first])!, AlignedPairs.LanguageOf(file)!)));
    }
}
