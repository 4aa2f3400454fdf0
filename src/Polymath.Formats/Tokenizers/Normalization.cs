namespace Polymath.Formats.Tokenizers;

/// <summary>What is done to text before it is cut into pieces.</summary>
public enum Normalization
{
    /// <summary>Nothing: every byte survives encoding and decoding.</summary>
    None,

    /// <summary>
    /// Unicode normalisation form C (UAX #15): equivalent spellings of a character encode alike. Bytes that are not
    /// UTF-8 pass unchanged.
    /// </summary>
    Nfc,
}
