using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>A weight matrix of a layer [Rows, Columns]: a parameter, or, in inference, packed in compact formats.</summary>
public sealed unsafe class Weight
{
    private readonly Kernels _kernels;
    private readonly Parameter? _parameter;
    private readonly PackedWeights? _packed;

    internal Weight(Kernels kernels, Parameter parameter)
    {
        _kernels = kernels;
        _parameter = parameter;
        Specification = parameter.Specification;
    }

    internal Weight(Kernels kernels, ParameterSpecification specification, PackedWeights packed)
    {
        _kernels = kernels;
        _packed = packed;
        Specification = specification;
    }

    /// <summary>Its name and shape.</summary>
    public ParameterSpecification Specification { get; }

    /// <summary>The parameter.</summary>
    /// <exception cref="InvalidOperationException">The weight is packed.</exception>
    public Parameter Parameter => _parameter
        ?? throw new InvalidOperationException($"{Specification.Name} is packed: it can be multiplied, not learnt");

    /// <summary>y = x Wᵀ (+ bias).</summary>
    /// <param name="x">[R, Columns].</param>
    /// <param name="y">[R, Rows].</param>
    /// <param name="bias">[Rows], or null.</param>
    /// <param name="precision">What x and W are rounded to where W is a parameter.</param>
    public void Multiply(MatrixView x, MatrixView y, float* bias, ProductPrecision precision)
    {
        if (_packed is not null)
        {
            _kernels.MultiplyPacked(x, _packed, y, bias);
        }
        else
        {
            _kernels.Multiply(MatrixProduct.NT, x, Parameter.Values, y, bias: bias, precision: precision);
        }
    }

    /// <summary>y [n, Columns]: its rows for n tokens, plus those of a table for their positions unless null.</summary>
    public void Embed(int* tokens, int* positions, MatrixView? positionTable, MatrixView y)
    {
        if (_packed is not null)
        {
            _kernels.EmbedPacked(tokens, _packed, positions, positionTable, y);
        }
        else
        {
            _kernels.Embed(tokens, Parameter.Values, positions, positionTable, y);
        }
    }
}
