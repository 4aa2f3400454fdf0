using System.Buffers;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// Measures how fast byte pairs are learnt from a text, and how fast it is encoded and decoded, by processor time of
/// this process.
/// </summary>
public sealed class TokenizerBenchmark
{
    private const double BytesPerMegabyte = 1e6;

    // Several passes, so that neither compilation nor a cold cache decides.
    private const int PassCount = 3;

    private readonly ReadOnlyMemory<byte> _text;

    /// <summary>Measures on this text.</summary>
    /// <param name="text">UTF-8, some megabytes of it.</param>
    public TokenizerBenchmark(ReadOnlyMemory<byte> text)
    {
        _text = text;
    }

    /// <summary>Learns a vocabulary.</summary>
    /// <returns>What was learnt, and the CPU-seconds that it took.</returns>
    /// <exception cref="Compute.InvalidInputException">The text does not support the vocabulary.</exception>
    public (BytePairTokenizer Tokenizer, double CpuSeconds) Train(BytePairTrainingOptions options)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        BytePairTokenizer tokenizer = BytePairTrainer.Train([_text], options);
        return (tokenizer, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
    }

    /// <summary>Encodes the text; the best of several passes.</summary>
    /// <returns>Megabytes (10^6 bytes) of text per CPU-second.</returns>
    public double Encode(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArrayBufferWriter<int> ids = new(_text.Length);
        return Rate(() =>
        {
            ids.ResetWrittenCount();
            tokenizer.Encode(_text.Span, ids);
        });
    }

    /// <summary>Decodes the text's tokens; the best of several passes.</summary>
    /// <returns>Megabytes (10^6 bytes) of text per CPU-second.</returns>
    public double Decode(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArrayBufferWriter<int> ids = new();
        tokenizer.Encode(_text.Span, ids);
        ArrayBufferWriter<byte> utf8 = new(_text.Length);
        return Rate(() =>
        {
            utf8.ResetWrittenCount();
            tokenizer.Decode(ids.WrittenSpan, utf8);
        });
    }

    private double Rate(Action pass)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < PassCount; i++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            pass();
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
        }

        return _text.Length / BytesPerMegabyte / best;
    }
}
