namespace Polymath.Compute;

/// <summary>
/// Work cut into tiles whose results do not depend on each other: whichever thread takes a tile, and in which order,
/// the bits are the same.
/// </summary>
public interface IParallelJob
{
    /// <summary>Computes one tile.</summary>
    /// <param name="tile">Which tile, from 0.</param>
    /// <param name="worker">Which worker does it, below the team's thread count: the index of its scratch memory.</param>
    void Execute(int tile, int worker);
}
