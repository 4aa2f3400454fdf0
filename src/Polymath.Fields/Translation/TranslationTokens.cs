using Polymath.Compute;
using Polymath.Formats.Tokenizers;

namespace Polymath.Fields.Translation;

/// <summary>A pair as tokens: what the network reads, and what it is to write.</summary>
/// <param name="Prefix">The tag of the target language, the source, the divider.</param>
/// <param name="Target">The target and its end.</param>
public sealed record TokenPair(int[] Prefix, int[] Target)
{
    /// <summary>Positions that it takes: the end is written, never read.</summary>
    public int Length => Prefix.Length + Target.Length - 1;
}

/// <summary>
/// Texts to tokens and back: a joint byte-pair vocabulary, with a special token for every language that is written, one
/// between source and target, and one for the end.
/// </summary>
public sealed class TranslationTokens
{
    private const string EndName = "<|endoftext|>", DividerName = "<|translation|>", ToBegin = "<|to-", ToEnd = "|>";

    private readonly Dictionary<string, int> _tags;

    /// <summary>Takes a tokenizer that has the special tokens.</summary>
    /// <exception cref="InvalidInputException">It lacks them.</exception>
    public TranslationTokens(Tokenizer tokenizer)
    {
        Tokenizer = tokenizer;
        _tags = tokenizer.SpecialTokens
            .Where(token => token.Key.StartsWith(ToBegin, StringComparison.Ordinal))
            .ToDictionary(token => token.Key[ToBegin.Length..^ToEnd.Length], token => token.Value);
        Divider = Find(DividerName);
        End = Find(EndName);

        int Find(string name) => tokenizer.SpecialTokens.TryGetValue(name, out int id)
            ? id
            : throw new InvalidInputException($"the tokenizer lacks the token {name}: it is not one of a translator");
    }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The token between source and target.</summary>
    public int Divider { get; }

    /// <summary>The token that ends a target.</summary>
    public int End { get; }

    /// <summary>The languages that can be written.</summary>
    public IEnumerable<string> Languages => _tags.Keys.Order(StringComparer.Ordinal);

    /// <summary>The special tokens for directions.</summary>
    public static IReadOnlyList<string> SpecialTokens(IEnumerable<Direction> directions) =>
    [
        EndName, DividerName,
        .. directions.Select(direction => direction.Target).Distinct().Order(StringComparer.Ordinal)
            .Select(target => ToBegin + target + ToEnd),
    ];

    /// <summary>The tokens of a pair.</summary>
    public TokenPair Encode(SentencePair pair) => new(
        EncodePrefix(pair.Source, pair.TargetLanguage), [.. Tokenizer.Encode(pair.Target), End]);

    /// <summary>What is read to write a language.</summary>
    /// <exception cref="InvalidInputException">The language is unknown; names those that are known.</exception>
    public int[] EncodePrefix(string source, string targetLanguage) =>
        [TagOf(targetLanguage), .. Tokenizer.Encode(source), Divider];

    /// <summary>Whether a token may stand in a target.</summary>
    public bool IsText(int token) => token < Tokenizer.VocabularySize && !Tokenizer.IsSpecial(token);

    /// <summary>The token of a language.</summary>
    /// <exception cref="InvalidInputException">The language is unknown; names those that are known.</exception>
    public int TagOf(string language) => _tags.TryGetValue(language, out int tag)
        ? tag
        : throw new InvalidInputException(
            $"unknown language '{language}', expected one that this run writes: {string.Join(", ", Languages)}");
}
