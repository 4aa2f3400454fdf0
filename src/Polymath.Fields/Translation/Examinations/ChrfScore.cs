namespace Polymath.Fields.Translation.Examinations;

/// <summary>
/// chrF2 of a corpus (Popović, 2015) by the definition of sacreBLEU: n-grams of up to six characters without white space,
/// no words, recall twice as heavy as precision, averaged over the orders that both sides have.
/// </summary>
public sealed class ChrfScore
{
    /// <summary>The settings, as sacreBLEU writes them.</summary>
    public const string Signature = "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no";

    private const int Order = 6;
    private const double SquaredBeta = 4;

    private readonly long[] _matches = new long[Order], _hypothesis = new long[Order], _reference = new long[Order];

    /// <summary>From 0 to 100.</summary>
    public double Value
    {
        get
        {
            double precision = 0, recall = 0;
            int orders = 0;
            for (int order = 0; order < Order; order++)
            {
                if (_hypothesis[order] > 0 && _reference[order] > 0)
                {
                    precision += (double)_matches[order] / _hypothesis[order];
                    recall += (double)_matches[order] / _reference[order];
                    orders++;
                }
            }

            (precision, recall) = orders == 0 ? (0, 0) : (precision / orders, recall / orders);
            return precision + recall == 0
                ? 0
                : 100 * (1 + SquaredBeta) * precision * recall / ((SquaredBeta * precision) + recall);
        }
    }

    /// <summary>chrF2 of a corpus.</summary>
    /// <param name="hypotheses">Translations.</param>
    /// <param name="references">As many references.</param>
    public static double Of(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hypotheses.Count, references.Count);
        var score = new ChrfScore();
        for (int index = 0; index < hypotheses.Count; index++)
        {
            score.Add(hypotheses[index], references[index]);
        }

        return score.Value;
    }

    /// <summary>Adds a sentence.</summary>
    public void Add(string hypothesis, string reference)
    {
        string[] characters = Characters(hypothesis), wantedCharacters = Characters(reference);
        for (int order = 1; order <= Order; order++)
        {
            Dictionary<string, int> wanted = Count(wantedCharacters, order);
            foreach ((string gram, int count) in Count(characters, order))
            {
                // Grams of an order that the reference is too short for do not count.
                _hypothesis[order - 1] += wanted.Count > 0 ? count : 0;
                _matches[order - 1] += Math.Min(count, wanted.GetValueOrDefault(gram));
            }

            _reference[order - 1] += wanted.Values.Sum();
        }
    }

    private static string[] Characters(string text) =>
        [.. text.EnumerateRunes().Where(rune => !System.Text.Rune.IsWhiteSpace(rune)).Select(rune => rune.ToString())];

    private static Dictionary<string, int> Count(string[] characters, int order)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int start = 0; start + order <= characters.Length; start++)
        {
            string gram = string.Concat(characters.AsSpan(start, order));
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }
}
