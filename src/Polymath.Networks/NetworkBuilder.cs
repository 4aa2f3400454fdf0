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

    /// <summary>What the operands of linear layers are rounded to, forward and backward.</summary>
    public ProductPrecision Precision { get; init; }

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
