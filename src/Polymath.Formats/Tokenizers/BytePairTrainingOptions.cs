namespace Polymath.Formats.Tokenizers;

/// <summary>What a <see cref="BytePairTrainer"/> is to learn.</summary>
public sealed record BytePairTrainingOptions
{
    /// <summary>How many ids the tokenizer has: 256 bytes, the merges, and the special tokens at the end.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>How often a pair must occur to be merged: a token seen once teaches nothing.</summary>
    public int MinimumFrequency { get; init; } = 2;

    /// <summary>How text is cut into pieces; no merge crosses a cut.</summary>
    public PreTokenization PreTokenization { get; init; } = PreTokenization.Gpt2;

    /// <summary>Names of the special tokens.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<|endoftext|>"];
}
