using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// The seam between two branches: adds a branch's output to the residual stream and normalises the sum for the next
/// branch, both in one pass over memory.
/// </summary>
public sealed unsafe class ResidualNorm
{
    private readonly Kernels _kernels;
    private readonly NormalizationKind _kind;
    private readonly float _epsilon;
    private readonly Parameter _gain;
    private readonly Parameter? _shift;
    private readonly PlannedMatrix? _sum;
    private readonly PlannedMatrix _output;
    private readonly PlannedBuffer _mean, _inverseDeviation;
    private MatrixView _sumView;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="name">The prefix of its parameters' names.</param>
    /// <param name="recipe">Which norm, and how wide.</param>
    /// <param name="first">Whether nothing is added: the stream is normalised as it comes.</param>
    /// <param name="keepsSum">Whether the sum is kept even where activations are recomputed: they are from it.</param>
    public ResidualNorm(NetworkBuilder builder, string name, TrunkRecipe recipe, bool first, bool keepsSum)
    {
        _kernels = builder.Kernels;
        _kind = recipe.Normalization;
        _epsilon = recipe.NormalizationEpsilon;
        _gain = builder.Parameters.Add(ParameterSpecification.Vector(name + ".gain", recipe.Width, 1));
        _shift = _kind == NormalizationKind.LayerNorm && recipe.Biases
            ? builder.Parameters.Add(ParameterSpecification.Vector(name + ".shift", recipe.Width, 0))
            : null;
        _sum = first ? null
            : keepsSum ? builder.Kept("residual stream", recipe.Width, DataType.Float32)
            : builder.Saved("residual stream", recipe.Width, DataType.Float32);
        _output = builder.Saved("norm output", recipe.Width);
        _mean = builder.Plan.Reserve("activations", builder.MaxRows);
        _inverseDeviation = builder.Plan.Reserve("activations", builder.MaxRows);
    }

    /// <summary>The residual stream behind it [R, width].</summary>
    public MatrixView Sum => _sumView;

    /// <summary>sum = x + delta + bias; the result is norm(sum).</summary>
    /// <param name="x">The residual stream so far [R, width].</param>
    /// <param name="delta">The branch's output [R, width], or null for the first norm.</param>
    /// <param name="deltaBias">The branch's output bias, or null.</param>
    public MatrixView Forward(MatrixView x, MatrixView? delta, Parameter? deltaBias)
    {
        _sumView = _sum?.Top(x.Rows) ?? x;
        MatrixView y = _output.Top(x.Rows);
        _kernels.AddNormalize(
            _kind, x, delta, deltaBias is null ? null : deltaBias.Data, _sumView, _gain.Data,
            _shift is null ? null : _shift.Data, _epsilon, y, _mean.Floats, _inverseDeviation.Floats);
        return y;
    }

    /// <summary>The result again, from the sum of the last forward pass.</summary>
    public MatrixView Recompute()
    {
        MatrixView y = _output.Top(_sumView.Rows);
        _kernels.AddNormalize(
            _kind, _sumView, null, null, _sumView, _gain.Data, _shift is null ? null : _shift.Data, _epsilon, y,
            _mean.Floats, _inverseDeviation.Floats);
        return y;
    }

    /// <summary>
    /// Adds the gradients of gain, shift and of the branch's output bias; dx gains (or becomes) that of the sum, and
    /// dDelta, unless null, becomes a copy of it in the type of activations.
    /// </summary>
    public void Backward(
        MatrixView dy, MatrixView dx, bool accumulate, MatrixView? dDelta = null, Parameter? deltaBias = null) =>
        _kernels.NormalizeBackward(
            _kind, _sumView, dy, _gain.Data, _mean.Floats, _inverseDeviation.Floats, dx, accumulate, dDelta,
            _gain.Gradient, _shift is null ? null : _shift.Gradient, deltaBias is null ? null : deltaBias.Gradient);
}
