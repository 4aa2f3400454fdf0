using System.Text;
using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>
/// A catalogue of messages of GNU gettext (<c>.po</c>). Of plural messages the singular goes with the first form and the
/// plural with the last; fuzzy, obsolete and untranslated messages are left out.
/// </summary>
internal sealed class GettextPairs(string path, Direction? stated) : IPairSource
{
    /// <inheritdoc/>
    public string Name => Path.GetFileName(path);

    /// <inheritdoc/>
    public IEnumerable<SentencePair> Read(Action<string> damage)
    {
        byte[] bytes = InputFile.ReadAllBytes(path, TextLines.MaxBytes);
        string charset = CharsetOf(bytes);
        List<GettextMessage> messages = new GettextParser(path).Parse(TextLines.Decode(bytes, EncodingOf(charset), charset, path));
        string header = messages.Find(message => message.Id.Length == 0 && message.Context is null)?.Forms[0] ?? "";
        string target = Language(header, "Language") ?? stated?.Target ?? LanguageOfName()
            ?? throw new InvalidInputException(
                $"{path}, line 1: does not say its language; expected 'Language: es' in the header, a name such as es.po, or one direction in the recipe");
        string source = Language(header, "X-Source-Language") ?? stated?.Source ?? "en";
        return source == target
            ? throw new InvalidInputException($"{path}, line 1: is from {source} to {target}, expected two languages")
            : Pair(messages, source, target);
    }

    private IEnumerable<SentencePair> Pair(List<GettextMessage> messages, string source, string target)
    {
        foreach (GettextMessage message in messages.Where(message => message.Id.Length > 0 && !message.IsFuzzy))
        {
            bool isPlural = message.PluralId is { Length: > 0 };
            if (message.Forms[0].Length > 0 && !(isPlural && message.Forms.Count == 1))
            {
                yield return new SentencePair(source, target, message.Id, message.Forms[0], Name);
            }

            if (isPlural && message.Forms[^1].Length > 0)
            {
                yield return new SentencePair(source, target, message.PluralId!, message.Forms[^1], Name);
            }
        }
    }

    private string? LanguageOfName()
    {
        string name = LanguageTag.Normalize(Path.GetFileNameWithoutExtension(path));
        return LanguageTag.IsValid(name) ? name : null;
    }

    private string? Language(string header, string field)
    {
        string? value = header.Split('\n').FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.OrdinalIgnoreCase));
        string tag = value is null ? "" : value[(value.IndexOf(':') + 1)..].Trim();
        if (tag.Length == 0)
        {
            return null;
        }

        // A modifier such as @latin stays as it is.
        string normal = LanguageTag.Normalize(tag);
        return LanguageTag.IsValid(normal)
            ? normal
            : throw new InvalidInputException($"{path}: '{tag}' in the header's {field} is no language tag, expected one such as es or pt_BR");
    }

    // The header says the charset in letters that all charsets share.
    private static string CharsetOf(ReadOnlySpan<byte> bytes)
    {
        string head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 1 << 16)]);
        int start = head.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return "UTF-8";
        }

        start += "charset=".Length;
        int end = head.AsSpan(start).IndexOfAny(['\\', '"', '\n', ' ', ';']);
        string charset = end < 0 ? head[start..] : head.Substring(start, end);
        return charset is "CHARSET" or "" ? "UTF-8" : charset;
    }

    private Encoding EncodingOf(string charset) => charset.ToUpperInvariant() switch
    {
        "UTF-8" or "UTF8" => Encoding.GetEncoding("utf-8", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
        "ASCII" or "US-ASCII" => Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
        "ISO-8859-1" or "LATIN1" => Encoding.Latin1,
        _ => throw new InvalidInputException($"{path}: the header's charset is {charset}, expected UTF-8, ISO-8859-1 or ASCII"),
    };
}
