namespace Polymath.Formats.Tokenizers.PreTokenizing;

/// <summary>The regular expressions that models were published with, as their files spell them.</summary>
internal static class PiecePatterns
{
    /// <summary>GPT-2's, from its published encoder.</summary>
    public const string Gpt2 =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Llama 3's, from its <c>tokenizer.json</c>; cl100k cuts alike.</summary>
    public const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Qwen 2's and 3's, from their <c>tokenizer.json</c>.</summary>
    public const string Qwen =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
        + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>One piece a character, whatever it is.</summary>
    public const string EachCharacter = @"[\s\S]";
}
