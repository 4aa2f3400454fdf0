namespace Polymath.Fields.Text.Sources;

/// <summary>
/// Text for a language model: documents in a fixed order, split into training and validation. Opening a source checks
/// all of it, so that reading fails only when a file changes or vanishes meanwhile.
/// </summary>
public interface ITextSource
{
    /// <summary>What a report calls the source.</summary>
    string Name { get; }

    /// <summary>
    /// SHA-256 in hexadecimal over all that decides the text and its split: equal fingerprints give equal text.
    /// </summary>
    string Fingerprint { get; }

    /// <summary>One sentence that says how training and validation were parted, and what was left out.</summary>
    string SplitRule { get; }

    /// <summary>How much text a part holds.</summary>
    TextStatistics Measure(TextPart part);

    /// <summary>Reads a part from its beginning, block after block, always in the same order.</summary>
    IEnumerable<TextBlock> Read(TextPart part);
}
