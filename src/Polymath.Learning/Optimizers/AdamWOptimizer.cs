using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>
/// AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019) over chosen parameters: weights and
/// embeddings are decayed, vectors are not. Moments are kept for the chosen parameters only.
/// </summary>
public sealed unsafe class AdamWOptimizer : IOptimizer
{
    private readonly Kernels _kernels;
    private readonly ParameterStore _store;
    private readonly LearningRecipe _recipe;
    private readonly List<Run> _runs = [];
    private readonly PlannedBuffer _firstMoments, _secondMoments;

    /// <summary>Reserves the moments.</summary>
    /// <param name="kernels">What computes.</param>
    /// <param name="plan">Where the moments are reserved.</param>
    /// <param name="store">The network's parameters.</param>
    /// <param name="parameters">Those that it moves, in the order of the flat buffers.</param>
    /// <param name="recipe">Learning rate, betas, epsilon and decay.</param>
    public AdamWOptimizer(
        Kernels kernels, MemoryPlan plan, ParameterStore store, IEnumerable<Parameter> parameters,
        LearningRecipe recipe)
    {
        _kernels = kernels;
        _store = store;
        _recipe = recipe;
        long stateCount = 0;
        foreach (Parameter parameter in parameters)
        {
            stateCount = Append(parameter, stateCount);
        }

        _firstMoments = plan.Reserve("optimizer state", stateCount);
        _secondMoments = plan.Reserve("optimizer state", stateCount);
        State = [new("adamw.firstMoments", _firstMoments), new("adamw.secondMoments", _secondMoments)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<OptimizerState> State { get; }

    /// <inheritdoc/>
    public void Step(in OptimizerStep step)
    {
        float rate = _recipe.LearningRate * step.ShareOfPeak;
        foreach (Run run in _runs)
        {
            float decay = run.IsDecayed ? _recipe.WeightDecay : 0;
            var values = new AdamWStep(
                rate, _recipe.Beta1, _recipe.Beta2, _recipe.Epsilon, decay, step.Step, step.GradientScale);
            _kernels.AdamW(
                values, _store.Values + run.Offset, _store.Gradients + run.Offset,
                _firstMoments.Floats + run.StateOffset, _secondMoments.Floats + run.StateOffset, run.Count);
        }
    }

    // Neighbours with the same decay are swept in one go, the gaps between them included: those stay zero.
    private long Append(Parameter parameter, long stateOffset)
    {
        long count = ParameterStore.AlignedCount(parameter.Specification.Count);
        bool isDecayed = parameter.Specification.Role != ParameterRole.Vector;
        if (_runs.Count > 0 && _runs[^1] is Run last
            && last.IsDecayed == isDecayed && last.Offset + last.Count == parameter.Offset)
        {
            _runs[^1] = last with { Count = last.Count + count };
        }
        else
        {
            _runs.Add(new Run(parameter.Offset, stateOffset, count, isDecayed));
        }

        return stateOffset + count;
    }

    /// <summary>A range of the flat buffers that is treated alike.</summary>
    private readonly record struct Run(long Offset, long StateOffset, long Count, bool IsDecayed);
}
