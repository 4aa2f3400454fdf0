using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// What lies between two convolutions: the channels of every position are normalised (LayerNorm), if that is asked for,
/// and pass GELU.
/// </summary>
internal sealed unsafe class ActivatedMap
{
    private const float Epsilon = 1e-5f;

    private readonly Kernels _kernels;
    private readonly PlannedMatrix _hidden;
    private readonly Parameter? _bias, _gain, _shift;
    private readonly PlannedMatrix? _normalized, _dHidden;
    private readonly PlannedBuffer? _mean, _inverseDeviation;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="convolution">What writes the map.</param>
    /// <param name="maxImages">The most images of a step.</param>
    /// <param name="normalizes">Whether the channels are normalised.</param>
    public ActivatedMap(NetworkBuilder builder, Convolution convolution, int maxImages, bool normalizes)
    {
        _kernels = builder.Kernels;
        _bias = convolution.Linear.Bias;
        int rows = maxImages * convolution.Output.PositionCount, channels = convolution.Output.Channels;
        MemoryPlan plan = builder.Plan;
        _hidden = plan.ReserveMatrix(
            "activations", rows, channels, normalizes ? DataType.Float32 : builder.ActivationType);
        if (normalizes)
        {
            string name = convolution.Linear.Weight.Specification.Name.Replace(".weight", ".norm", StringComparison.Ordinal);
            _gain = builder.Parameters.Add(ParameterSpecification.Vector(name + ".gain", channels, 1));
            _shift = builder.Parameters.Add(ParameterSpecification.Vector(name + ".shift", channels, 0));
            _normalized = plan.ReserveMatrix("activations", rows, channels, builder.ActivationType);
            _mean = plan.Reserve("activations", rows);
            _inverseDeviation = plan.Reserve("activations", rows);
            _dHidden = builder.Training && builder.ActivationType != DataType.Float32
                ? plan.ReserveMatrix("activations", rows, channels, DataType.Float32)
                : null;
        }
    }

    /// <summary>Where the convolution writes so many positions.</summary>
    public MatrixView Hidden(int rowCount) => _hidden.Top(rowCount);

    /// <summary>y [R, channels] = what the next convolution reads.</summary>
    public void Forward(MatrixView y)
    {
        MatrixView hidden = _hidden.Top(y.Rows);
        if (_normalized is not null)
        {
            MatrixView normalized = _normalized.Top(y.Rows);
            _kernels.AddNormalize(
                NormalizationKind.LayerNorm, hidden, null, null, hidden, _gain!.Data, _shift!.Data, Epsilon, normalized,
                _mean!.Floats, _inverseDeviation!.Floats);
            hidden = normalized;
        }

        _kernels.Gelu(hidden, y);
    }

    /// <summary>The gradient of y becomes that of the map; those of the bias, or of the norm, are added.</summary>
    public void Backward(MatrixView gradient)
    {
        MatrixView hidden = _hidden.Top(gradient.Rows);
        if (_normalized is null)
        {
            _kernels.GeluBackward(hidden, gradient, _bias!.Gradient);
            return;
        }

        // The norm's input is fp32, and so is its gradient; where activations are not, it is once more written as they are.
        _kernels.GeluBackward(_normalized.Top(gradient.Rows), gradient, null);
        _kernels.NormalizeBackward(
            NormalizationKind.LayerNorm, hidden, gradient, _gain!.Data, _mean!.Floats, _inverseDeviation!.Floats,
            _dHidden?.Top(gradient.Rows) ?? gradient, accumulate: false, _dHidden is null ? null : gradient,
            _gain.Gradient, _shift!.Gradient, null);
    }
}
