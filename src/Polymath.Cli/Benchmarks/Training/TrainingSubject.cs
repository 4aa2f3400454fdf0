using Polymath.Compute;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>What a comparison of training steps is about.</summary>
/// <param name="Bench">The benchmark.</param>
/// <param name="Name">What tables call the model.</param>
/// <param name="Unit">What is counted: tokens, images.</param>
/// <param name="StepsPerTurn">Steps between which the contenders take turns: a second or so.</param>
/// <param name="PeerScript">The script that trains the same in PyTorch.</param>
/// <param name="PeerArguments">Its arguments.</param>
/// <param name="Open">Our side in a precision.</param>
internal sealed record TrainingSubject(
    string Bench, string Name, string Unit, int StepsPerTurn, string PeerScript, string[] PeerArguments,
    Func<ProductPrecision, RandomLearner> Open)
{
    /// <summary>
    /// Whether the operations are also estimated as 6 a parameter and counted thing (Kaplan et al., 2020).
    /// </summary>
    public bool IsCountedByParameters { get; init; }
}
