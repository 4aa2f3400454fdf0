namespace Polymath.Networks;

/// <summary>A square map of features: positions of <see cref="Channels"/> numbers each, all images alike.</summary>
/// <param name="Side">Positions of a row and of a column.</param>
/// <param name="Channels">Numbers of a position.</param>
/// <param name="PatchSize">
/// In which order positions lie in memory: patch by patch, each so many positions wide and high, and row by row within it;
/// 1: row by row.
/// </param>
public readonly record struct FeatureMap(int Side, int Channels, int PatchSize = 1)
{
    /// <summary>Positions of an image.</summary>
    public int PositionCount => Side * Side;

    /// <summary>Where a position lies among those of its image.</summary>
    public int IndexOf(int y, int x)
    {
        int patch = (y / PatchSize * (Side / PatchSize)) + (x / PatchSize);
        return (patch * PatchSize * PatchSize) + (y % PatchSize * PatchSize) + (x % PatchSize);
    }
}
