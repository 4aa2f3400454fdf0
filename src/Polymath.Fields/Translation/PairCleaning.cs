using System.Text;

namespace Polymath.Fields.Translation;

/// <summary>What pairs are left out for.</summary>
public enum CleaningRule
{
    /// <summary>One side is empty or has no letter.</summary>
    Empty,

    /// <summary>Both sides are the same text: untranslated.</summary>
    Untranslated,

    /// <summary>One side is much longer than the other.</summary>
    LengthRatio,

    /// <summary>The sides have other placeholders or markup.</summary>
    Placeholders,

    /// <summary>A side is of another language or script than it says.</summary>
    Language,

    /// <summary>The source was there before in the same direction.</summary>
    Duplicate,

    /// <summary>Longer than the network's context.</summary>
    TooLong,
}

/// <summary>Leaves out what teaches wrong, and counts why.</summary>
public sealed class PairCleaning
{
    // Short texts may differ more: "OK" is "Aceptar".
    private const int LengthAllowance = 15;

    private readonly float _maxLengthRatio;
    private readonly HashSet<(Direction, string)> _seen = [];
    private readonly long[] _counts = new long[Enum.GetValues<CleaningRule>().Length];

    /// <summary>Starts.</summary>
    /// <param name="maxLengthRatio">The most that one side may be longer than the other, in bytes of UTF-8.</param>
    public PairCleaning(float maxLengthRatio) => _maxLengthRatio = maxLengthRatio;

    /// <summary>How many pairs were left out by each rule.</summary>
    public long CountOf(CleaningRule rule) => _counts[(int)rule];

    /// <summary>All counts in a phrase, the largest first.</summary>
    public string Summary => string.Join(", ", Enum.GetValues<CleaningRule>()
        .Where(rule => CountOf(rule) > 0).OrderByDescending(CountOf).Select(rule => $"{CountOf(rule):N0} {NameOf(rule)}"));

    /// <summary>Whether a pair is kept; counts it where it is not. The first of several with one source is kept.</summary>
    public bool Keeps(SentencePair pair)
    {
        CleaningRule? broken = BrokenBy(pair);
        broken ??= _seen.Add((pair.Direction, pair.Source)) ? null : CleaningRule.Duplicate;
        if (broken is { } rule)
        {
            Count(rule);
        }

        return broken is null;
    }

    /// <summary>Counts a pair that another place leaves out.</summary>
    public void Count(CleaningRule rule) => _counts[(int)rule]++;

    private static string NameOf(CleaningRule rule) => rule switch
    {
        CleaningRule.Empty => "without letters",
        CleaningRule.Untranslated => "untranslated",
        CleaningRule.LengthRatio => "of unlike length",
        CleaningRule.Placeholders => "with other placeholders",
        CleaningRule.Language => "in another language",
        CleaningRule.Duplicate => "with a source that was there before",
        _ => "too long",
    };

    private CleaningRule? BrokenBy(SentencePair pair)
    {
        if (!pair.Source.Any(char.IsLetter) || !pair.Target.Any(char.IsLetter))
        {
            return CleaningRule.Empty;
        }

        if (pair.Source == pair.Target)
        {
            return CleaningRule.Untranslated;
        }

        double source = Encoding.UTF8.GetByteCount(pair.Source) + LengthAllowance;
        double target = Encoding.UTF8.GetByteCount(pair.Target) + LengthAllowance;
        if (Math.Max(source / target, target / source) > _maxLengthRatio)
        {
            return CleaningRule.LengthRatio;
        }

        if (!Placeholders.AreSame(pair.Source, pair.Target))
        {
            return CleaningRule.Placeholders;
        }

        return LanguageCheck.CanBe(pair.Source, pair.SourceLanguage) && LanguageCheck.CanBe(pair.Target, pair.TargetLanguage)
            ? null
            : CleaningRule.Language;
    }
}
