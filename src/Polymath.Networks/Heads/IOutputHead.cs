using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>Reads the trunk's output: logits, values, velocities.</summary>
public interface IOutputHead
{
    /// <summary>Columns of the outputs.</summary>
    int Width { get; }

    /// <summary>Computes the outputs [RowCount, Width] of the trunk's output [RowCount, width].</summary>
    MatrixView Forward(MatrixView trunkOutput);

    /// <summary>Given the outputs' gradient, adds those of the parameters and writes that of the trunk's output.</summary>
    void Backward(MatrixView trunkOutput, MatrixView dOutputs, MatrixView dTrunkOutput);

    /// <summary>Operations (adds and multiplies) of the forward pass for so many rows.</summary>
    double CountOperations(int rowCount);
}
