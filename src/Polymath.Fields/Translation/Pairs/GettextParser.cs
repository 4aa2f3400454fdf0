using System.Text;
using Polymath.Compute;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>A message of a catalogue.</summary>
/// <param name="Context">What tells it from another of the same text; null: nothing.</param>
/// <param name="Id">The text; empty: the header.</param>
/// <param name="PluralId">The text for several; null: there is none.</param>
/// <param name="Forms">The translation, or its plural forms.</param>
/// <param name="IsFuzzy">Whether the translation is a guess.</param>
internal sealed record GettextMessage(
    string? Context, string Id, string? PluralId, IReadOnlyList<string> Forms, bool IsFuzzy);

/// <summary>Parses the lines of a catalogue strictly; faults name file and line.</summary>
internal sealed class GettextParser(string path)
{
    private const int MaxForms = 16;

    private readonly List<GettextMessage> _messages = [];
    private readonly SortedDictionary<int, StringBuilder> _forms = [];
    private StringBuilder? _context, _id, _plural, _open;
    private bool _isFuzzy;
    private int _line, _entryLine;

    /// <summary>The messages in order, the header among them.</summary>
    public List<GettextMessage> Parse(IReadOnlyList<string> lines)
    {
        foreach (string text in lines)
        {
            _line++;
            string line = text.Trim();
            if (line.Length == 0)
            {
                Finish();
            }
            else if (line[0] == '#')
            {
                Comment(line);
            }
            else if (line[0] == '"')
            {
                (_open ?? throw Fault("a text stands without msgid or msgstr before it")).Append(Unquote(line));
            }
            else
            {
                Keyword(line);
            }
        }

        Finish();
        return _messages;
    }

    private void Comment(string line)
    {
        // What follows a translation begins the next message; "#~" is obsolete, "#|" what it was before.
        if (_forms.Count > 0)
        {
            Finish();
        }

        _isFuzzy |= line.StartsWith("#,", StringComparison.Ordinal)
            && line[2..].Split(',').Any(flag => flag.Trim() == "fuzzy");
    }

    private void Keyword(string line)
    {
        int end = line.IndexOfAny([' ', '\t', '"']);
        string keyword = end < 0 ? line : line[..end];
        string text = Unquote(end < 0 ? "" : line[end..].Trim());
        if (_forms.Count > 0 && keyword is ("msgctxt" or "msgid"))
        {
            Finish();
        }

        switch (keyword)
        {
            case "msgctxt":
                _entryLine = _line;
                Begin(ref _context, keyword);
                break;
            case "msgid":
                _entryLine = _context is null ? _line : _entryLine;
                Begin(ref _id, keyword);
                break;
            case "msgid_plural" when _id is not null:
                Begin(ref _plural, keyword);
                break;
            case "msgstr" when _id is not null && _plural is null:
                Form(0);
                break;
            case var form when form.StartsWith("msgstr[", StringComparison.Ordinal) && _plural is not null:
                Form(IndexOf(form));
                break;
            default:
                throw Fault($"'{Shorten(keyword)}' does not belong here, expected msgctxt, msgid, msgid_plural or msgstr in this order");
        }

        _open!.Append(text);
    }

    private void Begin(ref StringBuilder? part, string keyword) => _open = part is null
        ? part = new StringBuilder()
        : throw Fault($"a second {keyword} of the same message");

    private void Form(int index)
    {
        _open = new StringBuilder();
        if (!_forms.TryAdd(index, _open))
        {
            throw Fault("a second msgstr of the same message");
        }
    }

    private int IndexOf(string form) =>
        form.EndsWith(']') && int.TryParse(form.AsSpan(7, form.Length - 8), out int index) && index is >= 0 and < MaxForms
            ? index
            : throw Fault($"'{Shorten(form)}' is no plural form, expected msgstr[0] to msgstr[{MaxForms - 1}]");

    private void Finish()
    {
        if (_id is null && _context is null)
        {
            (_isFuzzy, _open) = (_forms.Count == 0 && _isFuzzy, null);
            return;
        }

        if (_id is null || _forms.Count == 0 || !_forms.ContainsKey(0))
        {
            throw new InvalidInputException(
                $"{path}, line {_entryLine}: the message has no {(_id is null ? "msgid" : "msgstr")}");
        }

        _messages.Add(new GettextMessage(
            _context?.ToString(), _id.ToString(), _plural?.ToString(),
            [.. _forms.Values.Select(form => form.ToString())], _isFuzzy));
        (_context, _id, _plural, _open, _isFuzzy) = (null, null, null, null, false);
        _forms.Clear();
    }

    private string Unquote(string text)
    {
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"')
        {
            throw Fault("a text does not stand in quotes");
        }

        var plain = new StringBuilder(text.Length);
        for (int index = 1; index < text.Length - 1; index++)
        {
            if (text[index] == '"')
            {
                throw Fault("a quote within a text is not escaped");
            }

            plain.Append(text[index] == '\\' ? Escape(text, ref index) : text[index]);
        }

        return plain.ToString();
    }

    private char Escape(string text, ref int index)
    {
        // The closing quote must not be what is escaped.
        if (++index >= text.Length - 1)
        {
            throw Fault("a text does not stand in quotes");
        }

        const string letters = "ntrabfv\"\\?'", meanings = "\n\t\r\a\b\f\v\"\\?'";
        int place = letters.IndexOf(text[index], StringComparison.Ordinal);
        if (place >= 0)
        {
            return meanings[place];
        }

        bool isHexadecimal = text[index] == 'x';
        int start = isHexadecimal ? index + 1 : index, end = start, most = isHexadecimal ? 2 : 3;
        while (end < text.Length - 1 && end - start < most && (isHexadecimal ? char.IsAsciiHexDigit(text[end]) : text[end] is >= '0' and <= '7'))
        {
            end++;
        }

        if (end == start)
        {
            throw Fault($"the escape '\\{text[index]}' is unknown");
        }

        index = end - 1;
        int value = Convert.ToInt32(text[start..end], isHexadecimal ? 16 : 8);
        return value < 128 ? (char)value : throw Fault("an escape stands for a byte that is no character");
    }

    private static string Shorten(string text) => text[..Math.Min(text.Length, 30)];

    private InvalidInputException Fault(string fault) => new($"{path}, line {_line}: {fault}");
}
