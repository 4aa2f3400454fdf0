using System.Text;

namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>
/// Collects the text of one section of an XML comment into clean one-line paragraphs. References to code are marked
/// while they are collected, so that the key of a paragraph can leave them out.
/// </summary>
internal sealed class ProseWriter
{
    // Private-use characters which no documentation contains; they never reach a paragraph's text.
    internal const char CodeStart = '\uE000';
    internal const char CodeEnd = '\uE001';

    private readonly StringBuilder _raw = new();
    private readonly List<(int Rank, Paragraph Paragraph)> _paragraphs = [];
    private string _label = "";
    private int _rank;

    /// <summary>
    /// Starts a section; its first paragraph begins with the label, for example <c>"value: "</c>, and its paragraphs
    /// come before those of sections with a higher rank.
    /// </summary>
    public void BeginSection(string label, int rank)
    {
        BreakParagraph();
        (_label, _rank) = (label, rank);
    }

    /// <summary>Appends running text; a blank line ends the paragraph, other white space becomes one space.</summary>
    public void AppendText(string text)
    {
        ReadOnlySpan<char> rest = text;
        while (FindBlankLine(rest, out int start, out int end))
        {
            AppendRaw(rest[..start]);
            BreakParagraph();
            rest = rest[end..];
        }

        AppendRaw(rest);
    }

    /// <summary>Appends the name of something in code: a type, a parameter, a keyword.</summary>
    public void AppendCode(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return;
        }

        _raw.Append(CodeStart);
        AppendRaw(name.AsSpan().Trim());
        _raw.Append(CodeEnd);
    }

    /// <summary>Whether the text so far ends with a dot that binds to what follows, as in <c>text.Length</c>.</summary>
    public bool EndsWithMemberDot => _raw.Length > 1 && _raw[^1] == '.' && _raw[^2] == CodeEnd;

    /// <summary>Ends the paragraph; does nothing when it is empty.</summary>
    public void BreakParagraph()
    {
        string marked = ProseRules.Collapse(_raw.ToString());
        _raw.Clear();
        string text = marked.Replace($"{CodeStart}", "", StringComparison.Ordinal)
            .Replace($"{CodeEnd}", "", StringComparison.Ordinal);
        if (!ProseRules.IsProse(marked))
        {
            return;
        }

        _paragraphs.Add((_rank, new Paragraph(_label + text, ProseRules.KeyOf(marked))));
        _label = "";
    }

    /// <summary>Ends the last section and returns all paragraphs; the writer is empty afterwards.</summary>
    public Paragraph[] Finish()
    {
        BreakParagraph();
        Paragraph[] all = [.. _paragraphs.OrderBy(entry => entry.Rank).Select(entry => entry.Paragraph)];
        _paragraphs.Clear();
        BeginSection("", 0);
        return all;
    }

    private void AppendRaw(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            _raw.Append(c is CodeStart or CodeEnd || char.IsControl(c) ? ' ' : c);
        }
    }

    private static bool FindBlankLine(ReadOnlySpan<char> text, out int start, out int end)
    {
        for (int i = text.IndexOf('\n'); i >= 0 && i < text.Length; i++)
        {
            if (text[i] != '\n')
            {
                continue;
            }

            int next = i + 1;
            while (next < text.Length && text[next] is ' ' or '\t' or '\r')
            {
                next++;
            }

            if (next < text.Length && text[next] == '\n')
            {
                (start, end) = (i, next + 1);
                return true;
            }
        }

        (start, end) = (0, 0);
        return false;
    }
}
