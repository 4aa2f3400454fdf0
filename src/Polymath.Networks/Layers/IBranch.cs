using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>A branch of the residual stream: reads the normalised stream, and its output is added to the stream.</summary>
public unsafe interface IBranch
{
    /// <summary>The bias of the output, added by the norm that follows; null where there is none.</summary>
    Parameter? OutputBias { get; }

    /// <summary>The output, without its bias, of the normalised stream x [R, width].</summary>
    MatrixView Forward(SequenceLayout sequences, MatrixView x);

    /// <summary>Computes again what the backward pass reads: the forward pass without the output.</summary>
    void Recompute(SequenceLayout sequences, MatrixView x);

    /// <summary>Adds the gradients of its parameters and writes dx, given the output's gradient.</summary>
    void Backward(SequenceLayout sequences, MatrixView x, MatrixView dOutput, MatrixView dx);

    /// <summary>
    /// The output for new positions of one sequence whose earlier keys and values are in the cache: inference.
    /// </summary>
    /// <param name="cache">Gains the new positions' keys and values.</param>
    /// <param name="layer">The branch's block.</param>
    /// <param name="positions">The new positions.</param>
    /// <param name="x">[new positions, width].</param>
    /// <param name="isPrefix">Whether the new positions see each other whole; else each sees those before it.</param>
    MatrixView Continue(SequenceCache cache, int layer, int* positions, MatrixView x, bool isPrefix = false);

    /// <summary>The output for one new position of each of several sequences, row by row: inference.</summary>
    MatrixView ContinueEach(ReadOnlySpan<SequenceCache> caches, int layer, int* positions, MatrixView x);

    /// <summary>Operations (adds and multiplies) of the forward pass.</summary>
    double CountOperations(SequenceLayout sequences);

    /// <summary>Operations of <see cref="Recompute"/>.</summary>
    double CountRecomputation(SequenceLayout sequences);
}
