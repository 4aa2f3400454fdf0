using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>
/// Muon (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024): the momentum of a weight
/// matrix, Nesterov's, is replaced by the nearest matrix with orthogonal rows or columns before it is added. Matrices
/// that lie in one parameter are each treated by themselves; everything that is no weight matrix is AdamW's.
/// </summary>
/// <remarks>
/// A part G [r, c] moves by −rate·√max(1, r/c)·orthogonal(G), with decoupled weight decay. The momentum is a mean
/// rather than a sum of gradients, which has the same direction.
/// </remarks>
public sealed unsafe class MuonOptimizer : IOptimizer
{
    private readonly Kernels _kernels;
    private readonly ParameterStore _store;
    private readonly LearningRecipe _recipe;
    private readonly AdamWOptimizer _rest;
    private readonly NewtonSchulz _orthogonalizer;
    private readonly List<Part> _parts = [];
    private readonly PlannedBuffer _momenta;

    /// <summary>Reserves momenta, the moments of the rest, and scratch memory.</summary>
    /// <param name="kernels">What computes.</param>
    /// <param name="plan">Where memory is reserved.</param>
    /// <param name="store">The network's parameters.</param>
    /// <param name="recipe">Learning rates, momentum and decay.</param>
    public MuonOptimizer(Kernels kernels, MemoryPlan plan, ParameterStore store, LearningRecipe recipe)
    {
        _kernels = kernels;
        _store = store;
        _recipe = recipe;
        long stateCount = 0;
        foreach (Parameter parameter in store.Parameters.Where(IsMatrix))
        {
            long offset = parameter.Offset;
            foreach (int rows in parameter.Specification.RowParts)
            {
                var part = new Part(offset, stateCount, rows, parameter.Specification.Columns);
                _parts.Add(part);
                offset += part.Count;
                stateCount += ParameterStore.AlignedCount(part.Count);
            }
        }

        _momenta = plan.Reserve("optimizer state", stateCount);
        _orthogonalizer = new NewtonSchulz(
            kernels, plan, _parts.Select(part => (part.Rows, part.Columns)), recipe.Precision);
        _rest = new AdamWOptimizer(
            kernels, plan, store, store.Parameters.Where(parameter => !IsMatrix(parameter)), recipe);
        State = [new("muon.momenta", _momenta), .. _rest.State];
    }

    /// <inheritdoc/>
    public IReadOnlyList<OptimizerState> State { get; }

    /// <inheritdoc/>
    public void Step(in OptimizerStep step)
    {
        float momentum = _recipe.MuonMomentum;
        float rate = _recipe.MuonLearningRate * step.ShareOfPeak;
        foreach (Part part in _parts)
        {
            float* gradient = _store.Gradients + part.Offset;
            float* mean = _momenta.Floats + part.StateOffset;
            float fresh = (1 - momentum) * step.GradientScale;
            _kernels.Blend(mean, momentum, gradient, fresh, part.Count);

            // The gradient is not needed any more, so Nesterov's look ahead takes its place.
            _kernels.Blend(gradient, fresh, mean, momentum, part.Count);
            MatrixView update = _orthogonalizer.Orthogonalize(new MatrixView(gradient, part.Rows, part.Columns));
            float scale = MathF.Sqrt(MathF.Max(1, (float)part.Rows / part.Columns));
            _kernels.Blend(
                _store.Values + part.Offset, 1 - (rate * _recipe.WeightDecay), update.Data, -rate * scale, part.Count);
        }

        _rest.Step(step);
    }

    private static bool IsMatrix(Parameter parameter) => parameter.Specification.Role == ParameterRole.Weight;

    /// <summary>One matrix: where it lies in the flat buffers and in the momenta.</summary>
    private readonly record struct Part(long Offset, long StateOffset, int Rows, int Columns)
    {
        public long Count => (long)Rows * Columns;
    }
}
