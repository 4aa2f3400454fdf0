using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// In which formats a weight matrix is kept for inference, one for each of its row parts; null: it is a parameter.
/// </summary>
/// <param name="weight">Its name and shape.</param>
public delegate IReadOnlyList<WeightFormat>? WeightPacking(ParameterSpecification weight);
