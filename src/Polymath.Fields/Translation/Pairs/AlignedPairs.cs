using Polymath.Compute;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>Two files of which the lines of the same number translate each other.</summary>
internal sealed class AlignedPairs(string sourcePath, string targetPath, Direction direction) : IPairSource
{
    /// <inheritdoc/>
    public string Name => $"{Path.GetFileName(sourcePath)} + {Path.GetFileName(targetPath)}";

    /// <summary>The language that a file's name ends with, as in <c>corpus.en</c>; null where there is none.</summary>
    public static string? LanguageOf(string path)
    {
        string end = Path.GetExtension(path).TrimStart('.');
        return end is not ("po" or "md" or "gz" or "xz" or "js" or "cs" or "py" or "txt" or "tsv" or "csv" or "tmx" or "xml")
            && LanguageTag.IsValid(LanguageTag.Normalize(end.Length > 0 ? end : "-"))
            ? LanguageTag.Normalize(end)
            : null;
    }

    /// <inheritdoc/>
    public IEnumerable<SentencePair> Read(Action<string> damage)
    {
        IReadOnlyList<string> sources = TextLines.Read(sourcePath), targets = TextLines.Read(targetPath);
        if (sources.Count != targets.Count)
        {
            throw new InvalidInputException(
                $"{sourcePath} has {sources.Count} lines and {targetPath} has {targets.Count}: line {Math.Min(sources.Count, targets.Count) + 1} has no partner, expected as many in both");
        }

        return sources.Zip(targets).Where(pair => pair.First.Length > 0 && pair.Second.Length > 0)
            .Select(pair => new SentencePair(direction.Source, direction.Target, pair.First, pair.Second, Name));
    }
}
