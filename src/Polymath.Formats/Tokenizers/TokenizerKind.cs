namespace Polymath.Formats.Tokenizers;

/// <summary>What a tokenizer's ordinary tokens are.</summary>
public enum TokenizerKind
{
    /// <summary>The 256 bytes.</summary>
    Bytes,

    /// <summary>The characters (Unicode scalars) of a training text.</summary>
    Characters,

    /// <summary>Byte sequences that grew by merging frequent pairs.</summary>
    BytePairs,
}
