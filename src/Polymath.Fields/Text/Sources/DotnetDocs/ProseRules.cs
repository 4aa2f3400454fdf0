using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>What counts as prose, and which paragraphs say the same.</summary>
internal static class ProseRules
{
    // Below three words there is no sentence; a signature or an instruction listing has few plain words among symbols.
    private const int LeastWords = 3;
    private const double LeastWordShare = 0.6;

    /// <summary>
    /// Joins a marked paragraph into one line: white space runs become one space, none stays before closing
    /// punctuation.
    /// </summary>
    public static string Collapse(string marked)
    {
        var line = new StringBuilder(marked.Length);
        bool pending = false;
        for (int i = 0; i < marked.Length; i++)
        {
            char c = marked[i];
            if (char.IsWhiteSpace(c))
            {
                pending = line.Length > 0;
                continue;
            }

            // ".NET" begins a word: only a mark that ends something is drawn to what it ends.
            bool closes = c is '.' or ',' or ';' or ')' &&
                (i + 1 == marked.Length || char.IsWhiteSpace(marked[i + 1]));
            line.Append(pending && !closes ? " " : "").Append(c);
            pending = false;
        }

        return line.ToString();
    }

    /// <summary>Whether a marked paragraph is a sentence, not a signature, a table of symbols or a stub.</summary>
    public static bool IsProse(string marked)
    {
        int words = 0;
        int others = 0;
        foreach (Range range in marked.AsSpan().Split(' '))
        {
            ReadOnlySpan<char> token = marked.AsSpan(range);
            if (token.IndexOfAny(ProseWriter.CodeStart, ProseWriter.CodeEnd) >= 0)
            {
                continue;
            }

            if (IsWord(token))
            {
                words++;
            }
            else
            {
                others++;
            }
        }

        return words >= LeastWords && words >= LeastWordShare * (words + others);
    }

    /// <summary>
    /// The plain words of a marked paragraph in lower case without punctuation; every run of references to code,
    /// identifiers, numbers and symbols between them is one '#'.
    /// </summary>
    public static string Normalise(string marked)
    {
        var words = new StringBuilder(marked.Length);
        bool inCode = false;
        foreach (Range range in marked.AsSpan().Split(' '))
        {
            ReadOnlySpan<char> token = marked.AsSpan(range);
            int mark = token.LastIndexOfAny(ProseWriter.CodeStart, ProseWriter.CodeEnd);
            bool plain = !inCode && mark < 0 && IsWord(token);
            inCode = mark < 0 ? inCode : token[mark] == ProseWriter.CodeStart;
            if (!plain)
            {
                words.Append(words.Length > 0 && words[^1] == '#' ? "" : " #");
                continue;
            }

            words.Append(' ');
            foreach (char c in token)
            {
                if (char.IsLetter(c))
                {
                    words.Append(char.ToLowerInvariant(c));
                }
            }
        }

        return words.ToString();
    }

    /// <summary>A hash of <see cref="Normalise"/>.</summary>
    public static UInt128 KeyOf(string marked) =>
        XxHash128.HashToUInt128(MemoryMarshal.AsBytes(Normalise(marked).AsSpan()));

    // A plain word: letters with no capital after the first, or an apostrophe or hyphen inside; punctuation around.
    private static bool IsWord(ReadOnlySpan<char> token)
    {
        ReadOnlySpan<char> word = token.Trim(".,;:!?()[]\"'“”‘’…*");
        if (word.IsEmpty || !char.IsLetter(word[0]))
        {
            return false;
        }

        foreach (char c in word[1..])
        {
            if (!char.IsLower(c) && c is not ('\'' or '’' or '-' or '/'))
            {
                return false;
            }
        }

        return true;
    }
}
