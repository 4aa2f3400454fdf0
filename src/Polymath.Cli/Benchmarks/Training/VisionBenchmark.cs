using Polymath.Fields.Vision;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>Training steps of the default network of images on random ones, beside PyTorch.</summary>
internal static class VisionBenchmark
{
    private const string Name = "vision";
    private const int StepsPerTurn = 10;

    /// <summary>Measures.</summary>
    /// <param name="threads">Threads, ours and the peer's.</param>
    /// <param name="notes">Where it says why the peer is missing.</param>
    public static IEnumerable<BenchmarkRow> Run(int threads, Action<string> notes)
    {
        // The default network at the size of Fashion-MNIST; AdamW on both sides, as PyTorch 1.13 has no Muon.
        var recipe = (VisionRecipe)new VisionField().DefaultRecipe;
        recipe = recipe with
        {
            ImageSide = 28, ChannelCount = 1, Patch = recipe.Patch with { Size = 4 },
            Learning = recipe.Learning with { Optimizer = OptimizerKind.AdamW, AverageDecay = 0 },
        };
        TrunkRecipe trunk = recipe.Network;
        string[] shape =
        [
            "--layers", $"{trunk.LayerCount}", "--heads", $"{trunk.HeadCount}", "--width", $"{trunk.Width}",
            "--hidden", $"{trunk.ResolvedFeedForwardWidth}", "--batch", $"{recipe.BatchSize}",
            "--stem", string.Join(',', recipe.Patch.StemChannels),
            .. recipe.Patch.StemNorm ? ["--stem-norm"] : Array.Empty<string>(),
        ];
        var subject = new TrainingSubject(
            Name, "images of 28 x 28", "images", StepsPerTurn, "vision_training.py", shape,
            precision => new RandomLearner(
                recipe with { Learning = recipe.Learning with { Precision = precision } }, threads));
        using var comparison = new TrainingComparison(subject, threads, notes);
        return comparison.Run();
    }
}
