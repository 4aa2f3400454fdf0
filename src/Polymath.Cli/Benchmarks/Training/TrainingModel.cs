using Polymath.Compute;
using Polymath.Fields.Text;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>A model whose training is measured on random tokens.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="StepsPerTurn">Steps between which the contenders take turns: a second or so.</param>
/// <param name="PeerScript">The script that trains the same in PyTorch.</param>
/// <param name="PeerArguments">Its arguments.</param>
/// <param name="Recipe">Its shape, batch and optimiser.</param>
internal sealed record TrainingModel(
    string Name, int StepsPerTurn, string PeerScript, string[] PeerArguments, TextRecipe Recipe)
{
    /// <summary>The recipe in a precision.</summary>
    public TextRecipe In(ProductPrecision precision) =>
        Recipe with { Learning = Recipe.Learning with { Precision = precision } };
}
