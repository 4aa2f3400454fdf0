using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>A linear layer y = x Wᵀ + b, with W [OutputWidth, InputWidth].</summary>
public sealed unsafe class Linear
{
    private readonly Kernels _kernels;
    private readonly ProductPrecision _precision;
    private readonly Weight _weight;

    /// <summary>Adds its parameters.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="name">The prefix of its parameters' names.</param>
    /// <param name="inputWidth">Columns of x.</param>
    /// <param name="outputParts">Columns of y, by part, where several layers with one input are joined.</param>
    /// <param name="bias">Whether it has a bias.</param>
    /// <param name="deviation">The standard deviation of the first weights.</param>
    /// <param name="role">What its weight is to an optimiser.</param>
    public Linear(
        NetworkBuilder builder, string name, int inputWidth, IReadOnlyList<int> outputParts, bool bias, float deviation,
        ParameterRole role = ParameterRole.Weight)
    {
        _kernels = builder.Kernels;
        _precision = builder.Precision;
        InputWidth = inputWidth;
        OutputWidth = outputParts.Sum();
        var weight = new ParameterSpecification(name + ".weight", OutputWidth, inputWidth, role, 0, deviation);
        _weight = builder.AddWeight(weight with { RowParts = outputParts });
        Bias = bias
            ? builder.Parameters.Add(ParameterSpecification.Vector(name + ".bias", OutputWidth, 0))
            : null;
    }

    /// <summary>Columns of x.</summary>
    public int InputWidth { get; }

    /// <summary>Columns of y.</summary>
    public int OutputWidth { get; }

    /// <summary>W [OutputWidth, InputWidth], where it is not packed.</summary>
    public Parameter Weight => _weight.Parameter;

    /// <summary>b [OutputWidth], or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>y = x Wᵀ, and + b where <paramref name="addBias"/> and there is one.</summary>
    public void Forward(MatrixView x, MatrixView y, bool addBias = true) =>
        _weight.Multiply(x, y, addBias && Bias is not null ? Bias.Data : null, _precision);

    /// <summary>dx = dy W, written.</summary>
    public void BackwardInput(MatrixView dy, MatrixView dx) =>
        _kernels.Multiply(MatrixProduct.NN, dy, Weight.Values, dx, precision: _precision);

    /// <summary>dW += dyᵀ x; the bias's gradient is the caller's, who can fuse it with another pass over dy.</summary>
    public void BackwardWeight(MatrixView dy, MatrixView x) =>
        Weight.AddProduct(_kernels, dy, x, _precision);

    /// <summary>Operations of the forward pass.</summary>
    public double CountOperations(int rowCount) => 2.0 * rowCount * InputWidth * OutputWidth;
}
