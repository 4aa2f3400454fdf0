using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>One output a row, by a linear layer: velocities of patches.</summary>
public sealed unsafe class RowHead : IOutputHead
{
    private readonly Kernels _kernels;
    private readonly Linear _linear;
    private readonly PlannedMatrix _outputs;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="trunk">The trunk's shape.</param>
    /// <param name="width">Outputs of a row.</param>
    public RowHead(NetworkBuilder builder, TrunkRecipe trunk, int width)
    {
        _kernels = builder.Kernels;
        _linear = new Linear(
            builder, "head", trunk.Width, [width], bias: true, Initialization.Deviation, ParameterRole.Embedding);
        _outputs = builder.Plan.ReserveMatrix("outputs", builder.MaxRows, width);
    }

    /// <inheritdoc/>
    public int Width => _linear.OutputWidth;

    /// <inheritdoc/>
    public MatrixView Forward(SequenceLayout sequences, MatrixView trunkOutput)
    {
        MatrixView outputs = _outputs.Top(trunkOutput.Rows);
        _linear.Forward(trunkOutput, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    public void Backward(
        SequenceLayout sequences, MatrixView trunkOutput, MatrixView dOutputs, MatrixView dTrunkOutput)
    {
        _linear.BackwardInput(dOutputs, dTrunkOutput);
        _linear.BackwardWeight(dOutputs, trunkOutput);
        _kernels.AddColumnSums(dOutputs, _linear.Bias!.Gradient);
    }

    /// <inheritdoc/>
    public double CountOperations(SequenceLayout sequences) => _linear.CountOperations(sequences.RowCount);
}
