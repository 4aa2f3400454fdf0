namespace Polymath.Networks;

/// <summary>What a parameter is, which decides how an optimiser treats it.</summary>
public enum ParameterRole
{
    /// <summary>A weight matrix of the trunk: decayed, and orthogonalised by Muon.</summary>
    Weight,

    /// <summary>A table or head that faces tokens or inputs: decayed, but never orthogonalised.</summary>
    Embedding,

    /// <summary>A gain, shift or bias: neither decayed nor orthogonalised.</summary>
    Vector,
}

/// <summary>One named parameter of a network.</summary>
/// <param name="Name">Its name, unique in the network, such as <c>blocks.0.attention.input.weight</c>.</param>
/// <param name="Rows">Rows; a vector's length.</param>
/// <param name="Columns">Columns; 1 for a vector.</param>
/// <param name="Role">What it is.</param>
/// <param name="InitialMean">The mean of its first values.</param>
/// <param name="InitialDeviation">The standard deviation of its first values; 0: all equal the mean.</param>
public sealed record ParameterSpecification(
    string Name, int Rows, int Columns, ParameterRole Role, float InitialMean, float InitialDeviation)
{
    /// <summary>The number of values.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>
    /// The heights of the matrices that lie in it one below the other (query, key and value; gate and up), where an
    /// optimiser should see each by itself; one part by default.
    /// </summary>
    public IReadOnlyList<int> RowParts { get; init; } = [Rows];

    /// <summary>A vector whose first values are all alike.</summary>
    public static ParameterSpecification Vector(string name, int count, float value) =>
        new(name, count, 1, ParameterRole.Vector, value, 0);
}
