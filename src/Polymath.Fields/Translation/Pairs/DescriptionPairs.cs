namespace Polymath.Fields.Translation.Pairs;

/// <summary>
/// Pairs the translated descriptions of Debian's packages: stanzas of the same MD5 of the English description, their
/// titles, and their paragraphs where both have as many. Paragraphs that are laid out by hand are left out.
/// </summary>
internal static class DescriptionPairs
{
    private const string English = "en", FileStart = "Translation-";

    /// <summary>Writes <c>en-XX.tsv</c> for every language.</summary>
    /// <param name="fetched">The folder with the files <c>Translation-XX</c>.</param>
    /// <param name="target">The folder to fill.</param>
    /// <param name="languages">The languages beside English.</param>
    public static void Derive(string fetched, string target, IReadOnlyList<string> languages)
    {
        List<(string Md5, List<string> Parts)> english = ReadStanzas(Path.Combine(fetched, FileStart + English), English);
        foreach (string language in languages)
        {
            Dictionary<string, List<string>> translated = [];
            foreach ((string md5, List<string> parts) in ReadStanzas(Path.Combine(fetched, FileStart + language), language))
            {
                translated.TryAdd(md5, parts);
            }

            using var output = new StreamWriter(Path.Combine(target, $"en-{language}.tsv")) { NewLine = "\n" };
            output.WriteLine($"{English}\t{language}");
            var written = new HashSet<(string, string)>();
            foreach ((string md5, List<string> parts) in english)
            {
                if (!translated.TryGetValue(md5, out List<string>? others) || others.Count != parts.Count)
                {
                    continue;
                }

                foreach ((string source, string text) in parts.Zip(others))
                {
                    if (source.Length > 0 && text.Length > 0 && source != text && written.Add((source, text)))
                    {
                        output.WriteLine($"{source}\t{text}");
                    }
                }
            }
        }
    }

    // The title and the paragraphs of each; empty where a paragraph has lines that must not be joined.
    private static List<(string Md5, List<string> Parts)> ReadStanzas(string path, string language)
    {
        var stanzas = new List<(string, List<string>)>();
        string md5 = "", field = $"Description-{language}: ";
        List<string>? parts = null;
        bool isNew = false, isLaidOut = false;
        foreach (string line in TextLines.Read(path))
        {
            if (line.StartsWith("Description-md5: ", StringComparison.Ordinal))
            {
                md5 = line["Description-md5: ".Length..];
            }
            else if (line.StartsWith(field, StringComparison.Ordinal))
            {
                parts = [Clean(line[field.Length..])];
                stanzas.Add((md5, parts));
                (isNew, isLaidOut) = (true, false);
            }
            else if (line.Length == 0)
            {
                parts = null;
            }
            else if (parts is not null && line[0] == ' ')
            {
                if (line.Trim() == ".")
                {
                    (isNew, isLaidOut) = (true, false);
                    continue;
                }

                if (isNew)
                {
                    parts.Add("");
                }

                isLaidOut |= line.Length > 1 && line[1] is ' ' or '*' or '-' or '\t';
                parts[^1] = isLaidOut ? "" : isNew ? Clean(line[1..]) : $"{parts[^1]} {Clean(line[1..])}";
                isNew = false;
            }
        }

        return stanzas;
    }

    private static string Clean(string line) => line.Replace('\t', ' ').Trim();
}
