using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// The body that every field shares: a residual stream, branches that read it normalised and add to it (attention and
/// feed-forward in turn), and a last norm. With one position a sequence it is a residual MLP.
/// </summary>
public sealed unsafe class Trunk
{
    private readonly IBranch[] _branches;
    private readonly ResidualNorm[] _norms;
    private readonly MatrixView[] _inputs;
    private readonly PlannedMatrix _dInput;
    private readonly PlannedMatrix? _dDelta;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    public Trunk(NetworkBuilder builder, TrunkRecipe recipe)
    {
        Recipe = recipe;
        RotaryTable? rotary = recipe.Positions == PositionKind.Rotary ? new RotaryTable(builder, recipe) : null;
        _branches = new IBranch[2 * recipe.LayerCount];
        _norms = new ResidualNorm[_branches.Length + 1];
        _inputs = new MatrixView[_branches.Length];
        for (int layer = 0; layer < recipe.LayerCount; layer++)
        {
            string name = $"blocks.{layer}";
            _norms[2 * layer] = new ResidualNorm(builder, name + ".attention.norm", recipe, first: layer == 0);
            _branches[2 * layer] = new AttentionBranch(builder, name + ".attention", recipe, rotary);
            _norms[(2 * layer) + 1] = new ResidualNorm(builder, name + ".feedForward.norm", recipe, first: false);
            _branches[(2 * layer) + 1] = new FeedForwardBranch(builder, name + ".feedForward", recipe);
        }

        _norms[^1] = new ResidualNorm(builder, "norm", recipe, first: false);
        _dInput = builder.BackwardScratch("gradient of a norm's output", recipe.Width);
        _dDelta = builder.ActivationType == DataType.Float32
            ? null
            : builder.BackwardScratch("gradient of a branch's output", recipe.Width);
    }

    /// <summary>Its shape.</summary>
    public TrunkRecipe Recipe { get; }

    /// <summary>The output [R, width] for the residual stream x [R, width] that a port wrote.</summary>
    public MatrixView Forward(SequenceLayout sequences, MatrixView x)
    {
        MatrixView? delta = null;
        Parameter? bias = null;
        for (int index = 0; index < _branches.Length; index++)
        {
            _inputs[index] = _norms[index].Forward(x, delta, bias);
            x = _norms[index].Sum;
            delta = _branches[index].Forward(sequences, _inputs[index]);
            bias = _branches[index].OutputBias;
        }

        return _norms[^1].Forward(x, delta, bias);
    }

    /// <summary>Adds the gradients of all parameters and writes dx, that of the port's output.</summary>
    public void Backward(SequenceLayout sequences, MatrixView dOutput, MatrixView dx)
    {
        MatrixView dInput = _dInput.Top(dx.Rows);
        MatrixView? dDelta = _dDelta?.Top(dx.Rows);
        _norms[^1].Backward(dOutput, dx, accumulate: false, dDelta, _branches[^1].OutputBias);
        for (int index = _branches.Length - 1; index > 0; index--)
        {
            _branches[index].Backward(sequences, _inputs[index], dDelta ?? dx, dInput);
            _norms[index].Backward(dInput, dx, accumulate: true, dDelta, _branches[index - 1].OutputBias);
        }

        _branches[0].Backward(sequences, _inputs[0], dDelta ?? dx, dInput);
        _norms[0].Backward(dInput, dx, accumulate: true);
    }

    /// <summary>The output for new positions of one sequence; the cache gains their keys and values.</summary>
    public MatrixView Continue(SequenceCache cache, int* positions, MatrixView x)
    {
        MatrixView? delta = null;
        Parameter? bias = null;
        for (int index = 0; index < _branches.Length; index++)
        {
            MatrixView input = _norms[index].Forward(x, delta, bias);
            x = _norms[index].Sum;
            delta = _branches[index].Continue(cache, index / 2, positions, input);
            bias = _branches[index].OutputBias;
        }

        return _norms[^1].Forward(x, delta, bias);
    }

    /// <summary>Operations (adds and multiplies) of the forward pass.</summary>
    public double CountOperations(SequenceLayout sequences)
    {
        double sum = 0;
        foreach (IBranch branch in _branches)
        {
            sum += branch.CountOperations(sequences);
        }

        return sum;
    }
}
