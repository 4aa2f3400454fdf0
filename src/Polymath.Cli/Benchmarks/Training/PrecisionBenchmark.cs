using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Formats.Tokenizers;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>
/// What rounding costs in learning: the small model learns the default text for 2 000 steps in each precision from the
/// same seed, and the losses are compared. A figure of learning, not of time.
/// </summary>
internal static class PrecisionBenchmark
{
    private const string Name = "precision", Unit = "nats/token";
    private const int Steps = 2000, LastSteps = 100, StepsPerNote = 500;

    /// <summary>Trains and compares; takes some minutes.</summary>
    /// <param name="threads">The threads, which change no bit.</param>
    /// <param name="notes">Where it says how far it is.</param>
    public static IEnumerable<BenchmarkRow> Run(int threads, Action<string> notes)
    {
        IReadOnlyList<ProductPrecision> precisions = ProductPrecisions.Native;
        if (precisions.Count == 1)
        {
            notes("these kernels round nothing: there is nothing to compare");
            return [];
        }

        List<(ProductPrecision Precision, double Recent, double HeldOut)> losses =
            [.. precisions.Select(precision => Train(precision, threads, notes))];
        return losses.SelectMany(loss => RowsOf(loss, losses[0], threads)).ToList();
    }

    private static TextRecipe Recipe
    {
        get
        {
            TextRecipe small = TrainingModels.Small.Recipe;
            return small with
            {
                Data = [], Seed = 1337, ExaminationTokens = 0,
                ModelVocabularySize = 0,
                Tokenizer = new TokenizerRecipe
                {
                    Kind = TokenizerKind.BytePairs, VocabularySize = small.ModelVocabularySize,
                },
                Learning = small.Learning with { LearningRate = 6e-4f, WarmupSteps = 100, FinalShare = 0.1f },
            };
        }
    }

    private static (ProductPrecision Precision, double Recent, double HeldOut) Train(
        ProductPrecision precision, int threads, Action<string> notes)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("polymath-bench-");
        try
        {
            using var learner = new TextLearner(Recipe, precision, Steps, folder.FullName, threads, _ => { });
            double recent = 0;
            for (int step = 1; step <= Steps; step++)
            {
                learner.Contender.WarmUp(1);
                double loss = learner.Contender.LastStep.Loss;
                recent += step > Steps - LastSteps ? loss / LastSteps : 0;
                if (step % StepsPerNote == 0)
                {
                    notes($"{ProductPrecisions.NameOf(precision)}: step {step} of {Steps}, loss {loss:F4}");
                }
            }

            return (precision, recent, learner.Loss);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<BenchmarkRow> RowsOf(
        (ProductPrecision Precision, double Recent, double HeldOut) loss,
        (ProductPrecision Precision, double Recent, double HeldOut) first, int threads)
    {
        string name = ProductPrecisions.NameOf(loss.Precision);
        string? reference = loss == first ? null : $"ours in {ProductPrecisions.NameOf(first.Precision)}";
        yield return BenchmarkRow.Compare(
            Name, $"{name}: mean training loss of the last {LastSteps} of {Steps} steps", loss.Recent, Unit, reference,
            first.Recent, threads);
        yield return BenchmarkRow.Compare(
            Name, $"{name}: held-out loss after {Steps} steps", loss.HeldOut, Unit, reference, first.HeldOut, threads);
    }
}
