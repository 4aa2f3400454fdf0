using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>A parameter's place in the flat buffers of its <see cref="ParameterStore"/>.</summary>
public sealed unsafe class Parameter
{
    private readonly ParameterStore _store;

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

    /// <summary>The gradients [Rows, Columns].</summary>
    public MatrixView Gradients => new(Gradient, Specification.Rows, Specification.Columns);

    /// <summary>The first value.</summary>
    public float* Data => _store.Values + Offset;

    /// <summary>The first gradient.</summary>
    public float* Gradient => _store.Gradients + Offset;
}
