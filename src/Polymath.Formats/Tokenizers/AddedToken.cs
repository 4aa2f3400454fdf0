namespace Polymath.Formats.Tokenizers;

/// <summary>A token that stands beside the ordinary ones and is found in text as a whole.</summary>
/// <param name="Id">Its id: a new one, or that of the ordinary token with the same content.</param>
/// <param name="Content">Its text; not empty.</param>
/// <param name="IsSpecial">
/// Whether it steers the model, as end-of-text does: then it is encoded only where the caller allows special tokens.
/// An added token that is not special is always found.
/// </param>
/// <param name="IsNormalized">Whether it is looked for after normalisation rather than before.</param>
public sealed record AddedToken(int Id, string Content, bool IsSpecial = true, bool IsNormalized = false);
