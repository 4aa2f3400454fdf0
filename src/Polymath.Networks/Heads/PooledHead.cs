using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>One output a sequence: a linear layer reads the mean of its rows. Logits of classes, values of states.</summary>
public sealed unsafe class PooledHead : IOutputHead
{
    private readonly Kernels _kernels;
    private readonly Linear _linear;
    private readonly PlannedMatrix _mean, _outputs, _dMean;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="trunk">The trunk's shape.</param>
    /// <param name="width">Outputs of a sequence.</param>
    /// <param name="maxSequences">The most sequences of a step.</param>
    public PooledHead(NetworkBuilder builder, TrunkRecipe trunk, int width, int maxSequences)
    {
        _kernels = builder.Kernels;
        _linear = new Linear(
            builder, "head", trunk.Width, [width], bias: true, Initialization.Deviation, ParameterRole.Embedding);
        _mean = builder.Plan.ReserveMatrix("activations", maxSequences, trunk.Width);
        _dMean = builder.Plan.ReserveMatrix("activations", builder.Training ? maxSequences : 0, trunk.Width);
        _outputs = builder.Plan.ReserveMatrix("logits", maxSequences, width);
    }

    /// <inheritdoc/>
    public int Width => _linear.OutputWidth;

    /// <summary>What the linear layer read in the last forward pass [SequenceCount, trunk width].</summary>
    public MatrixView Means(SequenceLayout sequences) => _mean.Top(sequences.SequenceCount);

    /// <inheritdoc/>
    public MatrixView Forward(SequenceLayout sequences, MatrixView trunkOutput)
    {
        MatrixView mean = _mean.Top(sequences.SequenceCount), outputs = _outputs.Top(sequences.SequenceCount);
        _kernels.MeanSequences(sequences, trunkOutput, mean);
        _linear.Forward(mean, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    public void Backward(
        SequenceLayout sequences, MatrixView trunkOutput, MatrixView dOutputs, MatrixView dTrunkOutput)
    {
        MatrixView dMean = _dMean.Top(dOutputs.Rows);
        _linear.BackwardInput(dOutputs, dMean);
        _linear.BackwardWeight(dOutputs, _mean.Top(dOutputs.Rows));
        _kernels.AddColumnSums(dOutputs, _linear.Bias!.Gradient);
        _kernels.MeanSequencesBackward(sequences, dMean, dTrunkOutput);
    }

    /// <inheritdoc/>
    public double CountOperations(SequenceLayout sequences) => _linear.CountOperations(sequences.SequenceCount);
}
