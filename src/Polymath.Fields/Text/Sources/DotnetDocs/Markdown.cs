using System.Buffers;
using System.Text.RegularExpressions;

namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>Parts of the documentation are written in Markdown, inside and outside of CDATA sections.</summary>
internal static partial class Markdown
{
    private static readonly SearchValues<char> Signs = SearchValues.Create("`*[<");

    /// <summary>Leaves a whole section's prose: listings, headings, quotation and list marks fall out as well.</summary>
    public static string StripBlocks(string text) =>
        StripInline(LineMarks().Replace(Fences().Replace(text, "\n\n"), ""));

    /// <summary>
    /// Leaves a sentence's prose: without marks of emphasis and code and the targets of links; cross-references become
    /// short names.
    /// </summary>
    public static string StripInline(string text)
    {
        if (text.AsSpan().IndexOfAny(Signs) < 0)
        {
            return text;
        }

        string prose = CrossReferences().Replace(text, NameOf);
        return Marks().Replace(Links().Replace(prose, "$1"), "");
    }

    // A star, escaped or not, stands for all overloads.
    private static string NameOf(Match reference) => DocumentationId.Parse(reference.Groups[1].Value
        .Replace("%2A", "", StringComparison.OrdinalIgnoreCase).TrimEnd('*')).ShortName;

    [GeneratedRegex(@"```.*?(```|\z)", RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex(@"<xref:([^?>\s]+)[^>]*>")]
    private static partial Regex CrossReferences();

    [GeneratedRegex(@"\[([^\]\n]*)\]\([^)\n]*\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"^[ \t]*(#+[^\n]*|>[ \t]*(\[![A-Z]+\])?|[-*][ \t]+)", RegexOptions.Multiline)]
    private static partial Regex LineMarks();

    [GeneratedRegex(@"\*\*|`")]
    private static partial Regex Marks();
}
