namespace Polymath.Formats.Tokenizers.PreTokenizing;

/// <summary>What the pre-tokenisation patterns can tell apart about one Unicode scalar.</summary>
internal enum ScalarClass : byte
{
    /// <summary>Anything that is not of another class: punctuation, symbols, combining marks, controls.</summary>
    Other,

    /// <summary><c>\p{L}</c>.</summary>
    Letter,

    /// <summary><c>\p{N}</c>.</summary>
    Number,

    /// <summary><c>\s</c> without carriage return and line feed.</summary>
    Space,

    /// <summary>Carriage return or line feed.</summary>
    Newline,

    /// <summary>Bytes that are not UTF-8.</summary>
    Invalid,

    /// <summary>The end of the text.</summary>
    End,
}
