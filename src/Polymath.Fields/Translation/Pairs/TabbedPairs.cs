using Polymath.Compute;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>
/// A file of tab-separated values, a pair a line: source, tab, target. A first line of two or more language tags says the
/// languages, and then there may be more columns, each paired with the first; without it the recipe's direction does.
/// </summary>
internal sealed class TabbedPairs(string path, Direction? stated) : IPairSource
{
    /// <inheritdoc/>
    public string Name => Path.GetFileName(path);

    /// <inheritdoc/>
    public IEnumerable<SentencePair> Read(Action<string> damage)
    {
        IReadOnlyList<string> lines = TextLines.Read(path);
        if (lines.Count == 0)
        {
            throw new InvalidInputException($"{path}: is empty, expected a pair a line, divided by a tab");
        }

        string[] head = [.. lines[0].Split('\t').Select(tag => tag.Trim())];
        bool hasHead = head.Length >= 2 && head.All(tag => LanguageTag.IsValid(LanguageTag.Normalize(tag)));
        string[] languages = hasHead
            ? [.. head.Select(LanguageTag.Normalize)]
            : stated is { } direction
                ? [direction.Source, direction.Target]
                : throw new InvalidInputException(
                    $"{path}, line 1: names no languages; expected a first line such as 'en<tab>es', or one direction in the recipe (directions=en-es)");
        if (languages.Distinct().Count() < languages.Length)
        {
            throw new InvalidInputException($"{path}, line 1: names a language twice: {string.Join(", ", languages)}");
        }

        return ReadRows(lines, hasHead ? 1 : 0, languages);
    }

    private IEnumerable<SentencePair> ReadRows(IReadOnlyList<string> lines, int first, string[] languages)
    {
        for (int index = first; index < lines.Count; index++)
        {
            if (lines[index].Length == 0)
            {
                continue;
            }

            string[] cells = lines[index].Split('\t');
            if (cells.Length != languages.Length)
            {
                throw new InvalidInputException(
                    $"{path}, line {index + 1}: has {cells.Length} columns, expected {languages.Length} divided by tabs");
            }

            for (int column = 1; column < cells.Length; column++)
            {
                if (cells[0].Length > 0 && cells[column].Length > 0)
                {
                    yield return new SentencePair(languages[0], languages[column], cells[0], cells[column], Name);
                }
            }
        }
    }
}
