using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>Keeps each paragraph once over a whole corpus, and training apart from validation.</summary>
internal static class ParagraphDeduplication
{
    // A run of eight words hardly recurs by chance; half of them shared means one paragraph is a copy of the other.
    private const int RunWords = 8;
    private const double CopiedShare = 0.5;

    /// <summary>
    /// Keeps the first of all paragraphs that are equal or differ only in labels, references to code, digits and case.
    /// Boilerplate ("Initializes a new instance of the ... class.") thus stays once.
    /// </summary>
    /// <returns>How many paragraphs were dropped.</returns>
    public static int DropRepeated(IReadOnlyList<TypeDocumentation> documents)
    {
        var seen = new HashSet<UInt128>();
        return Filter(documents, paragraph =>
            seen.Add(paragraph.Key) &&
            seen.Add(XxHash128.HashToUInt128(MemoryMarshal.AsBytes(paragraph.Text.AsSpan()))));
    }

    /// <summary>
    /// Drops the training paragraphs at least half of whose runs of eight words also stand in the validation text.
    /// </summary>
    /// <returns>How many paragraphs were dropped.</returns>
    public static int DropCopiesOf(
        IReadOnlyList<TypeDocumentation> validation, IReadOnlyList<TypeDocumentation> training)
    {
        var runs = new HashSet<ulong>();
        foreach (Paragraph paragraph in validation.SelectMany(document => document.Members)
            .SelectMany(member => member.Paragraphs))
        {
            runs.UnionWith(RunsOf(paragraph.Text));
        }

        return Filter(training, paragraph =>
        {
            List<ulong> own = RunsOf(paragraph.Text);
            return own.Count == 0 || own.Count(runs.Contains) < CopiedShare * own.Count;
        });
    }

    private static int Filter(IReadOnlyList<TypeDocumentation> documents, Func<Paragraph, bool> keep)
    {
        int dropped = 0;
        foreach (List<DocumentationMember> members in documents.Select(document => document.Members))
        {
            for (int i = 0; i < members.Count; i++)
            {
                Paragraph[] kept = [.. members[i].Paragraphs.Where(keep)];
                dropped += members[i].Paragraphs.Count - kept.Length;
                members[i] = members[i] with { Paragraphs = kept };
            }
        }

        return dropped;
    }

    // Hashes of all runs of eight consecutive words, letters only and in lower case.
    private static List<ulong> RunsOf(string text)
    {
        var words = new List<Range>();
        Span<char> letters = text.Length <= 1024 ? stackalloc char[text.Length + 1] : new char[text.Length + 1];
        int count = 0;
        int start = 0;
        foreach (char c in text)
        {
            if (char.IsLetter(c))
            {
                letters[count++] = char.ToLowerInvariant(c);
            }
            else if (count > start)
            {
                words.Add(start..count);
                letters[count++] = ' ';
                start = count;
            }
        }

        if (count > start)
        {
            words.Add(start..count);
        }

        var runs = new List<ulong>(Math.Max(0, words.Count - RunWords + 1));
        for (int i = 0; i + RunWords <= words.Count; i++)
        {
            Range run = words[i].Start..words[i + RunWords - 1].End;
            runs.Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(letters[run])));
        }

        return runs;
    }
}
