using System.Text.RegularExpressions;

namespace Polymath.Fields.Translation.Examinations;

/// <summary>
/// BLEU of a corpus (Papineni et al., 2002) by the definition of sacreBLEU (Post, 2018): words of the tokenizer 13a,
/// n-grams up to four, exponential smoothing, no effective order.
/// </summary>
public sealed partial class BleuScore
{
    /// <summary>The settings, as sacreBLEU writes them.</summary>
    public const string Signature = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp";

    private const int Order = 4;

    private readonly long[] _matches = new long[Order], _totals = new long[Order];
    private long _length, _referenceLength;

    /// <summary>From 0 to 100.</summary>
    public double Value
    {
        get
        {
            if (_matches.All(count => count == 0) || _totals.Any(count => count == 0))
            {
                return 0;
            }

            double logs = 0, smoothing = 1;
            for (int order = 0; order < Order; order++)
            {
                smoothing *= _matches[order] == 0 ? 2 : 1;
                double matches = _matches[order] == 0 ? 1 / smoothing : _matches[order];
                logs += Math.Log(100 * matches / _totals[order]);
            }

            double brevity = _length < _referenceLength ? Math.Exp(1 - ((double)_referenceLength / _length)) : 1;
            return brevity * Math.Exp(logs / Order);
        }
    }

    /// <summary>BLEU of a corpus.</summary>
    /// <param name="hypotheses">Translations.</param>
    /// <param name="references">As many references.</param>
    public static double Of(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hypotheses.Count, references.Count);
        var score = new BleuScore();
        for (int index = 0; index < hypotheses.Count; index++)
        {
            score.Add(hypotheses[index], references[index]);
        }

        return score.Value;
    }

    /// <summary>Adds a sentence.</summary>
    public void Add(string hypothesis, string reference)
    {
        string[] words = Tokenize(hypothesis), referenceWords = Tokenize(reference);
        _length += words.Length;
        _referenceLength += referenceWords.Length;
        for (int order = 1; order <= Order; order++)
        {
            Dictionary<string, int> wanted = Count(referenceWords, order);
            foreach ((string gram, int count) in Count(words, order))
            {
                _totals[order - 1] += count;
                _matches[order - 1] += Math.Min(count, wanted.GetValueOrDefault(gram));
            }
        }
    }

    /// <summary>The words of mteval-v13a.</summary>
    internal static string[] Tokenize(string text)
    {
        text = text.TrimEnd().Replace("<skipped>", "", StringComparison.Ordinal)
            .Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ');
        if (text.Contains('&', StringComparison.Ordinal))
        {
            text = text.Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
                .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        }

        text = Symbols().Replace($" {text} ", " $1 ");
        text = MarkBehindOther().Replace(text, "$1 $2 ");
        text = MarkBeforeOther().Replace(text, " $1 $2");
        text = DashBehindDigit().Replace(text, "$1 $2 ");
        return text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    // '\n' never stands within a word, so it divides them.
    private static Dictionary<string, int> Count(string[] words, int order)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int start = 0; start + order <= words.Length; start++)
        {
            string gram = string.Join('\n', words, start, order);
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }

    [GeneratedRegex(@"([{-~\[-` -&(-+:-@/])")]
    private static partial Regex Symbols();

    [GeneratedRegex("([^0-9])([.,])")]
    private static partial Regex MarkBehindOther();

    [GeneratedRegex("([.,])([^0-9])")]
    private static partial Regex MarkBeforeOther();

    [GeneratedRegex("([0-9])(-)")]
    private static partial Regex DashBehindDigit();
}
