using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Text;
using Polymath.Learning;

namespace Polymath.Cli.Benchmarks;

/// <summary>
/// nanoGPT's published figure: the character model on tiny Shakespeare, 2 000 steps on a CPU, held-out loss 1.88
/// (its README). Windows do not overlap, as there.
/// </summary>
internal static class ShakespeareBenchmark
{
    private const double PublishedLoss = 1.88;

    /// <summary>Trains and examines.</summary>
    public static IEnumerable<BenchmarkRow> Run(int threads, Action<string> notes)
    {
        string path;
        try
        {
            path = new DataStore(CacheFolders.Data).GetAsync("tiny-shakespeare").GetAwaiter().GetResult();
        }
        catch (DataUnavailableException fault)
        {
            notes(fault.Message);
            yield break;
        }

        TextRecipe recipe = TrainingBenchmark.CharacterRecipe([path]) with { ExaminationOverlap = 0, ExaminationTokens = 0 };
        string folder = Directory.CreateTempSubdirectory("polymath-bench-").FullName;
        try
        {
            yield return Train(recipe, folder, threads, notes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BenchmarkRow Train(TextRecipe recipe, string folder, int threads, Action<string> notes)
    {
        using Kernels kernels = KernelChoice.Create(threads);
        using var plan = new MemoryPlan();
        using IFieldSession session = new TextField().Open(
            recipe, new SessionContext(kernels, plan, folder, SessionPurpose.Training, notes));
        var learner = new Learner(session, plan);
        plan.Commit();
        learner.Start();
        long total = (long)Budget.Parse(recipe.Budget).Amount;
        for (long step = 1; step <= total; step++)
        {
            learner.Step(step, Schedule.ShareOfPeak(recipe.Learning, step, total));
        }

        ExaminationResult result = session.Examination.Examine(ExaminationDepth.Full);
        double loss = result.Metrics.First(metric => metric.Key == "loss").Value;
        return new(
            "shakespeare", "held-out loss after 2 000 steps", loss, "nats per character",
            $"nanoGPT's README, {PublishedLoss}", loss / PublishedLoss, threads);
    }
}
