using System.Text;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// Turns tokens into text as they come, whole characters only: the bytes of a character that a token leaves unfinished
/// wait for the next. Bytes that can no longer become a character are U+FFFD.
/// </summary>
public sealed class Utf8TokenStream
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>Starts a text.</summary>
    /// <param name="tokenizer">Whose tokens come.</param>
    /// <param name="skipSpecial">Whether special tokens leave no trace.</param>
    public Utf8TokenStream(Tokenizer tokenizer, bool skipSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _skipSpecial = skipSpecial;
    }

    /// <summary>Takes a token; returns the characters that are now complete, often none.</summary>
    /// <exception cref="Compute.InvalidInputException">The id is outside the vocabulary.</exception>
    public string Append(int id)
    {
        ReadOnlySpan<byte> bytes = _tokenizer.TokenBytes(id);
        return _skipSpecial && _tokenizer.IsSpecial(id) ? "" : Decode(bytes, flush: false);
    }

    /// <summary>Ends the text; returns U+FFFD if it ends within a character. The next token starts anew.</summary>
    public string Flush() => Decode(default, flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        char[] text = new char[_decoder.GetCharCount(bytes, flush)];
        int length = _decoder.GetChars(bytes, text, flush);
        return new string(text, 0, length);
    }
}
