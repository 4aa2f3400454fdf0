using Polymath.Fields.Text.Examinations;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;

namespace Polymath.Fields.Text;

/// <summary>The held-out text as tokens, and what other programs make of the same bytes.</summary>
public sealed class HeldOutText
{
    private readonly Tokenizer _tokenizer;
    private readonly byte[] _trainingTail;

    /// <summary>Creates it.</summary>
    /// <param name="tokens">The text, documents joined.</param>
    /// <param name="tokenizer">The tokenizer that made them.</param>
    /// <param name="trainingTail">The end of the training text, which compressors are primed with.</param>
    public HeldOutText(int[] tokens, Tokenizer tokenizer, byte[] trainingTail)
    {
        Tokens = tokens;
        _tokenizer = tokenizer;
        _trainingTail = trainingTail;
    }

    /// <summary>The tokens.</summary>
    public int[] Tokens { get; }

    /// <summary>The bytes of text that a range of tokens stands for; special tokens stand for none.</summary>
    public long CountBytes(int start, int count)
    {
        long bytes = 0;
        foreach (int token in Tokens.AsSpan(start, count))
        {
            bytes += _tokenizer.IsSpecial(token) ? 0 : _tokenizer.TokenBytes(token).Length;
        }

        return bytes;
    }

    /// <summary>Bits per byte of compressors on the bytes of a range of tokens, alone and after the training text's tail.</summary>
    public IReadOnlyList<ReferenceFigure> Compress(int start, int count, string metric)
    {
        byte[] text = _tokenizer.DecodeToBytes(Tokens.AsSpan(start, count), skipSpecial: true);
        IReadOnlyList<CompressionFigure> figures = CompressionReference.Measure(text, _trainingTail);
        return [.. figures.Select(figure => new ReferenceFigure(NameOf(figure), metric, figure.BitsPerByte))];
    }

    private static string NameOf(CompressionFigure figure) => figure.PrimingBytes == 0
        ? figure.Compressor
        : $"{figure.Compressor}, after {figure.PrimingBytes / 1024:N0} KiB of training text";
}
