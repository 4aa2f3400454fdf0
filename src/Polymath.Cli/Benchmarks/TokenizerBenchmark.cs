using Polymath.Fields.Text.Sources;
using Polymath.Fields.Text.Sources.DotnetDocs;
using Polymath.Formats.Tokenizers;
using System.Buffers;

namespace Polymath.Cli.Benchmarks;

/// <summary>Byte-pair training and encoding on the text that every machine with the SDK has.</summary>
internal static class TokenizerBenchmark
{
    private const int MaxTextBytes = 10_000_000;
    private const int VocabularySize = 4096;

    /// <summary>Measures, in processor time.</summary>
    public static IEnumerable<BenchmarkRow> Run()
    {
        byte[] text = new DotnetDocsSource().ReadHead(TextPart.Training, MaxTextBytes);
        BytePairTokenizer? tokenizer = null;
        double training = CpuSeconds(() =>
        {
            var trainer = new BytePairTrainer(new BytePairTrainingOptions { VocabularySize = VocabularySize });
            trainer.Add(text);
            tokenizer = trainer.Train();
        });
        yield return new(
            "tokenizers", $"training {VocabularySize} byte pairs on {text.Length / 1e6:F1} MB", training, "CPU-s", null, null, 1);
        var ids = new ArrayBufferWriter<int>();
        double encoding = CpuSeconds(() => tokenizer!.Encode(text, ids));
        yield return new(
            "tokenizers", $"encoding, {(double)text.Length / ids.WrittenCount:F2} bytes a token",
            text.Length / 1e6 / encoding, "MB/CPU-s", null, null, 1);
    }

    private static double CpuSeconds(Action work)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }
}
