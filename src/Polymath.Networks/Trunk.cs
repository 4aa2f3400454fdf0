using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// The body that every field shares: a residual stream, branches that read it normalised and add to it (attention and
/// feed-forward in turn), and a last norm. Where a sequence has one position there is nothing to attend to: the branches
/// are feed-forward all, a residual MLP.
/// </summary>
public sealed unsafe class Trunk
{
    private readonly IBranch[] _branches;
    private readonly ResidualNorm[] _norms;
    private readonly MatrixView[] _inputs;
    private readonly PlannedMatrix _dInput;
    private readonly PlannedMatrix? _dDelta;
    private readonly bool _recomputes;
    private readonly int _branchesOfBlock;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="recipe">Its shape.</param>
    /// <param name="recomputes">
    /// Whether a block keeps only the residual stream before it, and the backward pass computes its other activations
    /// again: less memory for a good part of another forward pass (Chen et al., 2016, arXiv:1604.06174).
    /// </param>
    public Trunk(NetworkBuilder builder, TrunkRecipe recipe, bool recomputes = false)
    {
        Recipe = recipe;
        _recomputes = recomputes;
        NetworkBuilder attention = recomputes ? builder with { RecomputedPart = "attention" } : builder;
        NetworkBuilder feedForward = recomputes ? builder with { RecomputedPart = "feed-forward" } : builder;
        RotaryTable? rotary = recipe.Positions == PositionKind.Rotary ? new RotaryTable(builder, recipe) : null;
        _branchesOfBlock = recipe.ContextLength > 1 ? 2 : 1;
        _branches = new IBranch[_branchesOfBlock * recipe.LayerCount];
        _norms = new ResidualNorm[_branches.Length + 1];
        _inputs = new MatrixView[_branches.Length];
        for (int layer = 0; layer < recipe.LayerCount; layer++)
        {
            string name = $"blocks.{layer}";
            int first = _branchesOfBlock * layer, last = first + _branchesOfBlock - 1;
            if (last > first)
            {
                _norms[first] = new ResidualNorm(
                    attention, name + ".attention.norm", recipe, first: layer == 0, keepsSum: true);
                _branches[first] = new AttentionBranch(attention, name + ".attention", recipe, rotary);
            }

            _norms[last] = new ResidualNorm(
                feedForward, name + ".feedForward.norm", recipe, first: last == 0, keepsSum: last == first);
            _branches[last] = new FeedForwardBranch(feedForward, name + ".feedForward", recipe);
        }

        _norms[^1] = new ResidualNorm(builder, "norm", recipe, first: false, keepsSum: true);
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
        for (int index = _branches.Length - 1; index >= 0; index--)
        {
            if (_recomputes && (index + 1) % _branchesOfBlock == 0)
            {
                RecomputeBlock(sequences, index);
            }

            _branches[index].Backward(sequences, _inputs[index], dDelta ?? dx, dInput);
            if (index > 0)
            {
                _norms[index].Backward(dInput, dx, accumulate: true, dDelta, _branches[index - 1].OutputBias);
            }
        }

        _norms[0].Backward(dInput, dx, accumulate: true);
    }

    /// <summary>The output for new positions of one sequence; the cache gains their keys and values.</summary>
    /// <param name="cache">The sequence's keys and values.</param>
    /// <param name="positions">The new positions.</param>
    /// <param name="x">What the port wrote for them.</param>
    /// <param name="isPrefix">Whether they see each other whole, as the prefix of <see cref="AttentionMask.Prefix"/>.</param>
    public MatrixView Continue(SequenceCache cache, int* positions, MatrixView x, bool isPrefix = false)
    {
        MatrixView? delta = null;
        Parameter? bias = null;
        for (int index = 0; index < _branches.Length; index++)
        {
            MatrixView input = _norms[index].Forward(x, delta, bias);
            x = _norms[index].Sum;
            delta = _branches[index].Continue(cache, index / _branchesOfBlock, positions, input, isPrefix);
            bias = _branches[index].OutputBias;
        }

        return _norms[^1].Forward(x, delta, bias);
    }

    /// <summary>The output for one new position of each of several sequences: row r continues the r-th cache.</summary>
    public MatrixView ContinueEach(ReadOnlySpan<SequenceCache> caches, int* positions, MatrixView x)
    {
        MatrixView? delta = null;
        Parameter? bias = null;
        for (int index = 0; index < _branches.Length; index++)
        {
            MatrixView input = _norms[index].Forward(x, delta, bias);
            x = _norms[index].Sum;
            delta = _branches[index].ContinueEach(caches, index / _branchesOfBlock, positions, input);
            bias = _branches[index].OutputBias;
        }

        return _norms[^1].Forward(x, delta, bias);
    }

    /// <summary>
    /// Operations that a backward pass repeats because activations were not kept; 0 where they are.
    /// </summary>
    public double CountRecomputation(SequenceLayout sequences)
    {
        double sum = 0;
        for (int index = 0; _recomputes && index < _branches.Length - _branchesOfBlock; index++)
        {
            bool isLast = (index + 1) % _branchesOfBlock == 0;
            sum += isLast ? _branches[index].CountRecomputation(sequences) : _branches[index].CountOperations(sequences);
        }

        return sum;
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

    // The activations of the block whose last branch is the one of that index, from the residual stream before it. The
    // last block's are the last that the forward pass wrote.
    private void RecomputeBlock(SequenceLayout sequences, int last)
    {
        if (last + 1 == _branches.Length)
        {
            return;
        }

        int first = last - _branchesOfBlock + 1;
        _norms[first].Recompute();
        if (first < last)
        {
            MatrixView delta = _branches[first].Forward(sequences, _inputs[first]);
            _norms[last].Forward(_norms[first].Sum, delta, _branches[first].OutputBias);
        }

        _branches[last].Recompute(sequences, _inputs[last]);
    }
}
