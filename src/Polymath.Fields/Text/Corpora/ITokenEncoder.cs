namespace Polymath.Fields.Text.Corpora;

/// <summary>What a corpus needs of a tokenizer: ids for text.</summary>
public interface ITokenEncoder
{
    /// <summary>How many ids there are; every id lies in [0, VocabularySize).</summary>
    int VocabularySize { get; }

    /// <summary>SHA-256 in hexadecimal over all that decides the ids: equal fingerprints encode equally.</summary>
    string Fingerprint { get; }

    /// <summary>Appends the ids of a stretch of text.</summary>
    /// <param name="utf8">Well-formed UTF-8.</param>
    /// <param name="destination">Receives the ids behind those that it holds.</param>
    void Encode(ReadOnlySpan<byte> utf8, List<int> destination);
}
