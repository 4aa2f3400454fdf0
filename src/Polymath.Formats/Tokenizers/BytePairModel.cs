namespace Polymath.Formats.Tokenizers;

/// <summary>All that a <see cref="BytePairTokenizer"/> is made of.</summary>
public sealed record BytePairModel
{
    /// <summary>
    /// The ordinary tokens by id, the 256 single bytes among them; an empty one leaves its id unused.
    /// </summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Tokens { get; init; }

    /// <summary>Pairs of ids that merge, the earliest first; what each merges into is itself a token.</summary>
    public required IReadOnlyList<(int Left, int Right)> Merges { get; init; }

    /// <summary>How text is cut into pieces.</summary>
    public PreTokenization PreTokenization { get; init; } = PreTokenization.Gpt2;

    /// <summary>What is done to text first.</summary>
    public Normalization Normalization { get; init; }

    /// <summary>Whether a piece that is a token as it stands is taken without merging, as Llama 3 does.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>The tokens beside the ordinary ones.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>
    /// Ids that the published tokenizer puts before a text, such as Llama 3's begin-of-text. For the caller to add:
    /// encoding never does.
    /// </summary>
    public IReadOnlyList<int> TextPrefix { get; init; } = [];

    /// <summary>Ids that the published tokenizer puts after a text; for the caller to add.</summary>
    public IReadOnlyList<int> TextSuffix { get; init; } = [];
}
