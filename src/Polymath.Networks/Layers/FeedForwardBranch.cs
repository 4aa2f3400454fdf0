using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>The feed-forward branch: two linear layers with GELU between them, or three as SwiGLU.</summary>
public sealed unsafe class FeedForwardBranch : IBranch
{
    private readonly Kernels _kernels;
    private readonly bool _gated;
    private readonly Linear _input, _output;
    private readonly PlannedMatrix _hidden, _activated, _delta, _dActivated;
    private readonly PlannedMatrix? _dHidden;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    public FeedForwardBranch(NetworkBuilder builder, string name, TrunkRecipe recipe)
    {
        _kernels = builder.Kernels;
        _gated = recipe.Activation == ActivationKind.SwiGlu;
        int width = recipe.ResolvedFeedForwardWidth;
        _input = new Linear(
            builder, name + ".input", recipe.Width, _gated ? [width, width] : [width], recipe.Biases,
            Initialization.Deviation);
        _output = new Linear(
            builder, name + ".output", width, [recipe.Width], recipe.Biases, Initialization.OutputDeviation(recipe));
        _hidden = builder.Saved("feed-forward hidden", _input.OutputWidth);
        _activated = builder.Saved("feed-forward activated", width);
        _delta = builder.Scratch("branch output", recipe.Width);
        _dActivated = builder.BackwardScratch("gradient of feed-forward activated", width);
        _dHidden = _gated ? builder.BackwardScratch("gradient of feed-forward hidden", _input.OutputWidth) : null;
    }

    /// <inheritdoc/>
    public Parameter? OutputBias => _output.Bias;

    /// <inheritdoc/>
    public MatrixView Forward(SequenceLayout sequences, MatrixView x) => Forward(x);

    /// <inheritdoc/>
    public void Recompute(SequenceLayout sequences, MatrixView x) => Activate(x);

    /// <inheritdoc/>
    public MatrixView Continue(SequenceCache cache, int layer, int* positions, MatrixView x, bool isPrefix) => Forward(x);

    /// <inheritdoc/>
    public MatrixView ContinueEach(ReadOnlySpan<SequenceCache> caches, int layer, int* positions, MatrixView x) =>
        Forward(x);

    /// <inheritdoc/>
    public void Backward(SequenceLayout sequences, MatrixView x, MatrixView dOutput, MatrixView dx)
    {
        MatrixView hidden = _hidden.Top(x.Rows), dActivated = _dActivated.Top(x.Rows);
        _output.BackwardInput(dOutput, dActivated);
        _output.BackwardWeight(dOutput, _activated.Top(x.Rows));
        float* dBias = _input.Bias is null ? null : _input.Bias.Gradient;
        MatrixView dHidden = dActivated;
        if (_gated)
        {
            dHidden = _dHidden!.Top(x.Rows);
            _kernels.SwiGluBackward(hidden, dActivated, dHidden, dBias);
        }
        else
        {
            _kernels.GeluBackward(hidden, dActivated, dBias);
        }

        _input.BackwardInput(dHidden, dx);
        _input.BackwardWeight(dHidden, x);
    }

    /// <inheritdoc/>
    public double CountOperations(SequenceLayout sequences) =>
        _input.CountOperations(sequences.RowCount) + _output.CountOperations(sequences.RowCount);

    /// <inheritdoc/>
    public double CountRecomputation(SequenceLayout sequences) => _input.CountOperations(sequences.RowCount);

    private MatrixView Forward(MatrixView x)
    {
        MatrixView delta = _delta.Top(x.Rows);
        _output.Forward(Activate(x), delta, addBias: false);
        return delta;
    }

    private MatrixView Activate(MatrixView x)
    {
        MatrixView hidden = _hidden.Top(x.Rows), activated = _activated.Top(x.Rows);
        _input.Forward(x, hidden);
        if (_gated)
        {
            _kernels.SwiGlu(hidden, activated);
        }
        else
        {
            _kernels.Gelu(hidden, activated);
        }

        return activated;
    }
}
