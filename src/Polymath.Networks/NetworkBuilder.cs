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
    private readonly Dictionary<(string Use, int Columns, DataType Type), PlannedMatrix> _shared = [];

    private readonly Dictionary<string, PackedWeights> _packed = new(StringComparer.Ordinal);

    /// <summary>What the operands of linear layers are rounded to, forward and backward.</summary>
    public ProductPrecision Precision { get; init; }

    /// <summary>
    /// What activations and their gradients are stored as: bf16 where products round to it anyway, else fp32. The
    /// residual stream and its gradient, which gather many small terms, are fp32 always.
    /// </summary>
    public DataType ActivationType =>
        Precision == ProductPrecision.BFloat16 && Kernels.HasBFloat16Products
            ? DataType.BFloat16
            : DataType.Float32;

    /// <summary>
    /// The part of a block that is built now where the backward pass computes the activations of a block again: all
    /// blocks share them, part by part; null: every layer keeps its own (Chen et al., 2016).
    /// </summary>
    public string? RecomputedPart { get; init; }

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

    /// <summary>
    /// Activations [MaxRows, columns] that the backward pass reads again; shared by all layers in inference, and by all
    /// blocks where they are recomputed.
    /// </summary>
    public PlannedMatrix Saved(string use, int columns) => Saved(use, columns, ActivationType);

    /// <summary>
    /// A matrix [MaxRows, columns] that the backward pass reads again; shared by all layers in inference, and by all
    /// blocks where it is recomputed.
    /// </summary>
    public PlannedMatrix Saved(string use, int columns, DataType type) => Training && RecomputedPart is not null
        ? Scratch($"{RecomputedPart}: {use}", columns, type)
        : Kept(use, columns, type);

    /// <summary>A matrix [MaxRows, columns] of every layer's own, recomputed never; shared by all layers in inference.</summary>
    public PlannedMatrix Kept(string use, int columns, DataType type) =>
        Training ? Plan.ReserveMatrix("activations", MaxRows, columns, type) : Scratch(use, columns, type);

    /// <summary>Activations [MaxRows, columns] of passing use: all who name the same use and width share them.</summary>
    public PlannedMatrix Scratch(string use, int columns) => Scratch(use, columns, ActivationType);

    /// <summary>A matrix [MaxRows, columns] of passing use: all who name the same use, width and type share it.</summary>
    public PlannedMatrix Scratch(string use, int columns, DataType type)
    {
        if (!_shared.TryGetValue((use, columns, type), out PlannedMatrix? matrix))
        {
            matrix = Plan.ReserveMatrix("activations", MaxRows, columns, type);
            _shared.Add((use, columns, type), matrix);
        }

        return matrix;
    }

    /// <summary>Gradients [MaxRows, columns] that only the backward pass needs; empty in inference.</summary>
    public PlannedMatrix BackwardScratch(string use, int columns) => BackwardScratch(use, columns, ActivationType);

    /// <summary>A matrix [MaxRows, columns] that only the backward pass needs; empty in inference.</summary>
    public PlannedMatrix BackwardScratch(string use, int columns, DataType type) =>
        Scratch(use, Training ? columns : 0, type);
}
