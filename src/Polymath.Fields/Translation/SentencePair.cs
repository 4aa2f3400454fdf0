namespace Polymath.Fields.Translation;

/// <summary>A text in one language and the same in another.</summary>
/// <param name="SourceLanguage">The language's tag, such as <c>en</c> or <c>pt-BR</c>.</param>
/// <param name="TargetLanguage">The other's tag.</param>
/// <param name="Source">The text.</param>
/// <param name="Target">The other text.</param>
/// <param name="Origin">Which data it is from.</param>
public sealed record SentencePair(
    string SourceLanguage, string TargetLanguage, string Source, string Target, string Origin)
{
    /// <summary>The pair read the other way.</summary>
    public SentencePair Reversed => new(TargetLanguage, SourceLanguage, Target, Source, Origin);

    /// <summary>The direction.</summary>
    public Direction Direction => new(SourceLanguage, TargetLanguage);
}

/// <summary>From a language to another.</summary>
/// <param name="Source">The tag of the language that is read.</param>
/// <param name="Target">The tag of the language that is written.</param>
public readonly record struct Direction(string Source, string Target)
{
    /// <summary>Reads <c>en-es</c> or <c>en&gt;pt-BR</c>; without '&gt;' the first hyphen divides.</summary>
    public static bool TryParse(string text, out Direction direction)
    {
        int divider = text.IndexOf('>') is var arrow and >= 0 ? arrow : text.IndexOf('-');
        direction = divider > 0 ? new(text[..divider].Trim(), text[(divider + 1)..].Trim()) : default;
        return divider > 0 && LanguageTag.IsValid(direction.Source) && LanguageTag.IsValid(direction.Target)
            && direction.Source != direction.Target;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Source}-{Target}";
}

/// <summary>Names of languages: <c>es</c>, <c>pt-BR</c>, <c>zh-Hans</c>, <c>sr@latin</c> as gettext writes it.</summary>
public static class LanguageTag
{
    private const int LongestTag = 24;

    /// <summary>Whether a text has the form of a tag: letters, then parts of letters and digits.</summary>
    public static bool IsValid(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (tag.Length is < 2 or > LongestTag || !char.IsAsciiLetterLower(tag[0]))
        {
            return false;
        }

        string[] parts = tag.Split('-', '@');
        return parts[0].Length is 2 or 3 && parts[0].All(char.IsAsciiLetterLower)
            && parts.All(part => part.Length > 0 && part.All(char.IsAsciiLetterOrDigit));
    }

    /// <summary>The tag as this program writes it: <c>pt_br</c> becomes <c>pt-BR</c>.</summary>
    public static string Normalize(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        string[] parts = tag.Trim().Replace('_', '-').Split('-');
        parts[0] = parts[0].ToLowerInvariant();
        for (int index = 1; index < parts.Length; index++)
        {
            parts[index] = parts[index].Length switch
            {
                2 => parts[index].ToUpperInvariant(),
                4 => char.ToUpperInvariant(parts[index][0]) + parts[index][1..].ToLowerInvariant(),
                _ => parts[index],
            };
        }

        return string.Join('-', parts);
    }
}
