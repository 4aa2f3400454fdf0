using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>What one optimiser step is taken with.</summary>
/// <param name="Step">The number of the step, from 1.</param>
/// <param name="ShareOfPeak">What peak learning rates are multiplied by: the schedule.</param>
/// <param name="GradientScale">What gradients are multiplied by first: the clipping factor.</param>
public readonly record struct OptimizerStep(long Step, float ShareOfPeak, float GradientScale);

/// <summary>Optimiser state that a checkpoint keeps.</summary>
/// <param name="Name">Its name, such as <c>adamw.firstMoments</c>.</param>
/// <param name="Buffer">Where it is.</param>
public sealed record OptimizerState(string Name, PlannedBuffer Buffer);

/// <summary>Moves parameters by their gradients. State is reserved when it is made; a step allocates nothing.</summary>
public interface IOptimizer
{
    /// <summary>The state, in flat fp32 buffers.</summary>
    IReadOnlyList<OptimizerState> State { get; }

    /// <summary>Takes one step. Gradients may be overwritten.</summary>
    void Step(in OptimizerStep step);
}
