namespace Polymath.Fields.Text.Examinations;

/// <summary>How well a general compressor packs a text.</summary>
/// <param name="Compressor">Which one, at which settings.</param>
/// <param name="PrimingBytes">The bytes of training text that it had seen before; 0 when it had the text alone.</param>
/// <param name="TextBytes">The bytes of the text.</param>
/// <param name="CompressedBytes">The bytes it took for the text.</param>
public sealed record CompressionFigure(string Compressor, long PrimingBytes, long TextBytes, long CompressedBytes)
{
    /// <summary>Bits for each byte of text, comparable with a language model's loss.</summary>
    public double BitsPerByte => 8.0 * CompressedBytes / TextBytes;
}
