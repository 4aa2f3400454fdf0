using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>Reads the trunk's output: logits, values, velocities.</summary>
public interface IOutputHead
{
    /// <summary>Columns of the outputs.</summary>
    int Width { get; }

    /// <summary>
    /// Computes the outputs of the trunk's output [RowCount, width]: [RowCount, Width], or [SequenceCount, Width] where
    /// the head pools every sequence into one output.
    /// </summary>
    MatrixView Forward(SequenceLayout sequences, MatrixView trunkOutput);

    /// <summary>Given the outputs' gradient, adds those of the parameters and writes that of the trunk's output.</summary>
    void Backward(SequenceLayout sequences, MatrixView trunkOutput, MatrixView dOutputs, MatrixView dTrunkOutput);

    /// <summary>Operations (adds and multiplies) of the forward pass.</summary>
    double CountOperations(SequenceLayout sequences);
}
