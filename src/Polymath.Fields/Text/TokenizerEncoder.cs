using System.Buffers;
using Polymath.Fields.Text.Corpora;
using Polymath.Formats.Tokenizers;

namespace Polymath.Fields.Text;

/// <summary>Lets a tokenizer fill a corpus.</summary>
internal sealed class TokenizerEncoder(Tokenizer tokenizer) : ITokenEncoder
{
    private readonly ArrayBufferWriter<int> _ids = new();

    /// <inheritdoc/>
    public int VocabularySize => tokenizer.VocabularySize;

    /// <inheritdoc/>
    public string Fingerprint => tokenizer.Fingerprint;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> utf8, List<int> destination)
    {
        _ids.ResetWrittenCount();
        tokenizer.Encode(utf8, _ids);
        destination.AddRange(_ids.WrittenSpan);
    }
}
