using System.Runtime.InteropServices;
using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>A parameter's place in the flat buffers of its <see cref="ParameterStore"/>.</summary>
public sealed unsafe class Parameter
{
    private readonly ParameterStore _store;

    // Whether what lies in the memory of the gradients is from before they were forgotten.
    private bool _isForgotten;

    internal Parameter(ParameterStore store, ParameterSpecification specification, long offset)
    {
        _store = store;
        Specification = specification;
        Offset = offset;
    }

    /// <summary>Name, shape and role.</summary>
    public ParameterSpecification Specification { get; }

    /// <summary>The index of its first value in the flat buffers.</summary>
    public long Offset { get; }

    /// <summary>The values [Rows, Columns].</summary>
    public MatrixView Values => new(Data, Specification.Rows, Specification.Columns);

    /// <summary>The gradients [Rows, Columns]; zeros where none were added since they were forgotten.</summary>
    public MatrixView Gradients => new(Gradient, Specification.Rows, Specification.Columns);

    /// <summary>The first value.</summary>
    public float* Data => _store.Values + Offset;

    /// <summary>The first gradient; see <see cref="Gradients"/>.</summary>
    public float* Gradient
    {
        get
        {
            ClearForgotten();
            return GradientMemory;
        }
    }

    private float* GradientMemory => _store.GradientMemory + Offset;

    /// <summary>
    /// dW += dyᵀ x, the gradient of a weight y = x Wᵀ. The first product since gradients were forgotten is written over
    /// what is there, which saves clearing and reading the largest part of a network's gradients.
    /// </summary>
    /// <param name="kernels">What computes.</param>
    /// <param name="dy">[R, Rows].</param>
    /// <param name="x">[R, Columns].</param>
    /// <param name="precision">What both are rounded to.</param>
    public void AddProduct(Kernels kernels, MatrixView dy, MatrixView x, ProductPrecision precision)
    {
        var gradients = new MatrixView(GradientMemory, Specification.Rows, Specification.Columns);
        kernels.Multiply(MatrixProduct.TN, dy, x, gradients, accumulate: !_isForgotten, precision: precision);
        _isForgotten = false;
    }

    internal void ForgetGradients() => _isForgotten = true;

    internal void ClearForgotten()
    {
        if (_isForgotten)
        {
            NativeMemory.Clear(GradientMemory, (nuint)Specification.Count * sizeof(float));
            _isForgotten = false;
        }
    }
}
