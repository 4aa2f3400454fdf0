using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>What the parts of a network are built with: each adds its parameters and reserves its memory.</summary>
/// <param name="Kernels">What computes.</param>
/// <param name="Plan">Where memory is reserved.</param>
/// <param name="Parameters">Where parameters are added.</param>
/// <param name="MaxRows">The most rows of a step.</param>
/// <param name="Training">Whether the backward pass will be asked for: what it needs is kept for every layer.</param>
public sealed record NetworkBuilder(
    Kernels Kernels, MemoryPlan Plan, ParameterStore Parameters, int MaxRows, bool Training)
{
    private readonly Dictionary<(string Use, int Columns), PlannedMatrix> _shared = [];

    private readonly Dictionary<string, PackedWeights> _packed = new(StringComparer.Ordinal);

    /// <summary>What the operands of linear layers are rounded to, forward and backward.</summary>
    public ProductPrecision Precision { get; init; }

    /// <summary>Which weights are kept packed; by default none is. Only inference may pack.</summary>
    public WeightPacking Packing { get; init; } = static _ => null;

    /// <summary>The packed weights so far, by name.</summary>
    public IReadOnlyDictionary<string, PackedWeights> PackedWeights => _packed;

    /// <summary>Adds a weight matrix: a parameter, or packed where <see cref="Packing"/> says so.</summary>
    public Weight AddWeight(ParameterSpecification specification)
    {
        if (Packing(specification) is not IReadOnlyList<WeightFormat> formats)
        {
            return new Weight(Kernels, Parameters.Add(specification));
        }

        if (Training || formats.Count != specification.RowParts.Count)
        {
            throw new ArgumentException(
                $"{specification.Name} has {specification.RowParts.Count} parts to be packed, in inference only; "
                + $"found {formats.Count} formats");
        }

        var parts = specification.RowParts.Zip(formats, (rows, format) => new WeightPart(format, rows)).ToList();
        PackedWeights packed = Kernels.PlanWeights(Plan, parts, specification.Columns);
        _packed.Add(specification.Name, packed);
        return new Weight(Kernels, specification, packed);
    }

    /// <summary>A matrix [MaxRows, columns] that the backward pass reads again; shared by all layers in inference.</summary>
    public PlannedMatrix Saved(string use, int columns) =>
        Training ? Plan.ReserveMatrix("activations", MaxRows, columns) : Scratch(use, columns);

    /// <summary>A matrix [MaxRows, columns] of passing use: all who name the same use and width share it.</summary>
    public PlannedMatrix Scratch(string use, int columns)
    {
        if (!_shared.TryGetValue((use, columns), out PlannedMatrix? matrix))
        {
            matrix = Plan.ReserveMatrix("activations", MaxRows, columns);
            _shared.Add((use, columns), matrix);
        }

        return matrix;
    }

    /// <summary>A matrix [MaxRows, columns] that only the backward pass needs; empty in inference.</summary>
    public PlannedMatrix BackwardScratch(string use, int columns) => Scratch(use, Training ? columns : 0);
}
