using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Fields.Translation;

/// <summary>
/// Translates sentences by beam search. Of the hypotheses found the best with the source's placeholders and markup is
/// taken, where there is one.
/// </summary>
internal sealed class Translator(BeamSearch search, TranslationTokens tokens, TrunkRecipe network)
{
    // A prefix must leave room for what is written.
    private const float MostOfContext = 0.45f;

    // Translations are at most so much longer than what they translate.
    private const int LengthFactor = 3, LengthAllowance = 16;

    /// <summary>The most tokens of a sentence.</summary>
    public int MaxSentenceTokens => Math.Max(1, (int)(MostOfContext * network.ContextLength) - 2);

    /// <summary>Translates one sentence.</summary>
    /// <param name="source">The sentence.</param>
    /// <param name="prefix">Its tokens between the tag and the divider.</param>
    /// <param name="options">The search.</param>
    /// <param name="cancellation">Ends it early.</param>
    public string Translate(string source, int[] prefix, BeamOptions options, CancellationToken cancellation = default)
    {
        IReadOnlyList<BeamResult> found = search.Search(
            prefix, (LengthFactor * prefix.Length) + LengthAllowance, options, tokens.IsText, cancellation);
        string? best = null;
        foreach (BeamResult result in found)
        {
            string text = tokens.Tokenizer.Decode(result.Tokens, skipSpecial: true);
            if (Placeholders.AreSame(source, text))
            {
                return text;
            }

            best ??= text;
        }

        return best ?? "";
    }

    /// <summary>
    /// Translates a line; one that is too long is divided behind its sentences. White space at its ends is kept.
    /// </summary>
    /// <exception cref="InvalidInputException">A sentence is too long.</exception>
    public string TranslateLine(string line, string targetLanguage, BeamOptions options, CancellationToken cancellation)
    {
        string text = line.Trim();
        if (text.Length == 0)
        {
            return line;
        }

        int start = line.IndexOf(text, StringComparison.Ordinal);
        var translated = new List<string>();
        foreach (string part in Divide(text, targetLanguage))
        {
            translated.Add(Translate(part, tokens.EncodePrefix(part, targetLanguage), options, cancellation));
        }

        return line[..start] + string.Join(' ', translated) + line[(start + text.Length)..];
    }

    // Sentences are joined again as long as they fit: the network has learnt from texts of several.
    private List<string> Divide(string text, string targetLanguage)
    {
        var parts = new List<string>();
        foreach (string sentence in Sentences(text))
        {
            if (parts.Count > 0 && Fits($"{parts[^1]} {sentence}"))
            {
                parts[^1] = $"{parts[^1]} {sentence}";
            }
            else if (Fits(sentence))
            {
                parts.Add(sentence);
            }
            else
            {
                int count = tokens.EncodePrefix(sentence, targetLanguage).Length - 2;
                throw new InvalidInputException(
                    $"the sentence '{sentence[..Math.Min(40, sentence.Length)]}...' has {count} tokens, expected at most {MaxSentenceTokens}");
            }
        }

        return parts;

        bool Fits(string part) => tokens.EncodePrefix(part, targetLanguage).Length - 2 <= MaxSentenceTokens;
    }

    private static IEnumerable<string> Sentences(string text)
    {
        int start = 0;
        for (int index = 1; index < text.Length; index++)
        {
            if (text[index] == ' ' && text[index - 1] is '.' or '!' or '?' or ':' or ';')
            {
                yield return text[start..index];
                start = index + 1;
            }
        }

        yield return text[start..];
    }
}
