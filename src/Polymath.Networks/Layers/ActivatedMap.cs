using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// What lies between two convolutions: the channels of every position are normalised (LayerNorm), if that is asked for,
/// and pass GELU.
/// </summary>
internal sealed unsafe class ActivatedMap
{
    private readonly Kernels _kernels;
    private readonly Parameter? _bias;
    private readonly PlannedMatrix _hidden;
    private readonly PlannedMatrix? _dHidden;
    private readonly ResidualNorm? _norm;
    private MatrixView _activated;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="name">The prefix of its parameters' names.</param>
    /// <param name="convolution">What writes the map.</param>
    /// <param name="maxImages">The most images of a step.</param>
    /// <param name="normalizes">Whether the channels are normalised.</param>
    public ActivatedMap(NetworkBuilder builder, string name, Convolution convolution, int maxImages, bool normalizes)
    {
        _kernels = builder.Kernels;
        _bias = convolution.Linear.Bias;
        int rows = maxImages * convolution.Output.PositionCount, channels = convolution.Output.Channels;
        _hidden = builder.Plan.ReserveMatrix(
            "activations", rows, channels, normalizes ? DataType.Float32 : builder.ActivationType);
        if (normalizes)
        {
            // A builder of its own: the map has more rows than the trunk, whose scratch it must not share.
            var map = new NetworkBuilder(builder.Kernels, builder.Plan, builder.Parameters, rows, builder.Training)
            {
                Precision = builder.Precision,
            };
            var shape = new TrunkRecipe { Width = channels, Normalization = NormalizationKind.LayerNorm, Biases = true };
            _norm = new ResidualNorm(map, name + ".norm", shape, first: true, keepsSum: true);
            _dHidden = builder.ActivationType == DataType.Float32
                ? null
                : map.BackwardScratch("gradient of a map", channels, DataType.Float32);
        }
    }

    /// <summary>Where the convolution writes so many positions.</summary>
    public MatrixView Hidden(int rowCount) => _hidden.Top(rowCount);

    /// <summary>y [R, channels] = what the next convolution reads.</summary>
    public void Forward(MatrixView y)
    {
        MatrixView hidden = _hidden.Top(y.Rows);
        _activated = _norm?.Forward(hidden, null, null) ?? hidden;
        _kernels.Gelu(_activated, y);
    }

    /// <summary>The gradient of y becomes that of the map; those of the bias, or of the norm, are added.</summary>
    public void Backward(MatrixView gradient)
    {
        _kernels.GeluBackward(_activated, gradient, _bias is null ? null : _bias.Gradient);

        // The norm's input is fp32, and so is its gradient; where activations are not, it is once more written as they are.
        _norm?.Backward(
            gradient, _dHidden?.Top(gradient.Rows) ?? gradient, accumulate: false, _dHidden is null ? null : gradient);
    }
}
