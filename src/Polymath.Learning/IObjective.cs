using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>A loss and its gradient.</summary>
public interface IObjective
{
    /// <summary>The name and unit of the loss, such as <c>nats per token</c>.</summary>
    string LossUnit { get; }

    /// <summary>
    /// The mean loss of a batch; <paramref name="outputs"/> become their own gradient, that of the mean loss times
    /// <paramref name="gradientScale"/>.
    /// </summary>
    double Evaluate(Batch batch, MatrixView outputs, float gradientScale);
}
