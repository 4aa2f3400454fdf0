using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>Turns the inputs of a batch into the trunk's first residual stream.</summary>
public interface IInputPort
{
    /// <summary>Writes x [RowCount, width].</summary>
    void Forward(Batch batch, MatrixView x);

    /// <summary>Adds the gradients of the port's parameters, given those of x.</summary>
    void Backward(Batch batch, MatrixView dx);

    /// <summary>Operations (adds and multiplies) of the forward pass.</summary>
    double CountOperations(SequenceLayout sequences);
}
