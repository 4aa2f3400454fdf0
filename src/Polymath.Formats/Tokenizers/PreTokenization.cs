namespace Polymath.Formats.Tokenizers;

/// <summary>
/// How text is cut into pieces before byte pairs are merged; a merge never crosses a cut. The cuts are those of the
/// regular expressions that the models of these names were published with.
/// </summary>
public enum PreTokenization
{
    /// <summary>The whole text is one piece.</summary>
    None,

    /// <summary>GPT-2: contractions, letters, numbers or symbols with one leading space, runs of white space.</summary>
    Gpt2,

    /// <summary>Llama 3: as <see cref="Qwen"/>, but up to three digits make one piece.</summary>
    Llama3,

    /// <summary>
    /// Qwen 2 and 3: contractions in either case, letters with any one leading mark, single digits, line ends apart.
    /// </summary>
    Qwen,
}
