namespace Polymath.Compute;

/// <summary>
/// The windows of 3 x 3 positions that a convolution sees: centred on every position of a square map, or on every
/// second one of every second row; outside of the map lie zeros.
/// </summary>
/// <param name="Side">Positions of a row and of a column of the map.</param>
/// <param name="Channels">Numbers of a position.</param>
/// <param name="Stride">From one window's centre to the next; it divides the side.</param>
public readonly record struct WindowShape(int Side, int Channels, int Stride)
{
    /// <summary>Positions of a window's side.</summary>
    public const int WindowSide = 3;

    /// <summary>Positions of the map.</summary>
    public int PositionCount => Side * Side;

    /// <summary>Windows of a row and of a column.</summary>
    public int WindowsPerRow => Side / Stride;

    /// <summary>Windows of the map.</summary>
    public int WindowCount => WindowsPerRow * WindowsPerRow;

    /// <summary>Numbers of a window.</summary>
    public int WindowWidth => WindowSide * WindowSide * Channels;
}
