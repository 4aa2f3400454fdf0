using Polymath.Compute;

namespace Polymath.Fields.Games.Minatar;

/// <summary>What a player can do; the numbers are those of the network's outputs.</summary>
public enum GameAction
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Go left.</summary>
    Left,

    /// <summary>Go up.</summary>
    Up,

    /// <summary>Go right.</summary>
    Right,

    /// <summary>Go down.</summary>
    Down,

    /// <summary>Shoot.</summary>
    Fire,
}

/// <summary>
/// A game on a field of 10 x 10 cells, y = 0 at the top, seen as planes of zeros and ones: the rules of MinAtar (Young
/// and Tian, 2019, arXiv:1903.03176). A game is a plain value without references, so that many lie side by side in
/// memory and its state is its bytes.
/// </summary>
internal interface IMinatarGame
{
    /// <summary>Cells of a side.</summary>
    const int Side = 10;

    /// <summary>What each plane shows.</summary>
    static abstract IReadOnlyList<string> Planes { get; }

    /// <summary>Begins an episode.</summary>
    void Start(ref RandomStream random);

    /// <summary>Acts once.</summary>
    /// <returns>The points earned, and whether the episode is over.</returns>
    (int Reward, bool IsEnd) Step(GameAction action, ref RandomStream random);

    /// <summary>Sets the cells that are occupied.</summary>
    void Draw(PlaneCanvas canvas);
}

/// <summary>An observation that a game draws into: all cells are 0 before.</summary>
/// <param name="cells">[Side, Side, planes].</param>
/// <param name="planeCount">The planes.</param>
internal readonly ref struct PlaneCanvas(Span<float> cells, int planeCount)
{
    private readonly Span<float> _cells = cells;

    /// <summary>Marks a cell of a plane.</summary>
    public void Set(int plane, int y, int x) => _cells[(((y * IMinatarGame.Side) + x) * planeCount) + plane] = 1;

    /// <summary>Marks a cell of a plane unless it lies beside the field.</summary>
    public void SetInside(int plane, int y, int x)
    {
        if ((uint)x < IMinatarGame.Side)
        {
            Set(plane, y, x);
        }
    }

    /// <summary>Marks the cells of a row by the bits of a number, the lowest at the left.</summary>
    public void SetRow(int plane, int y, uint cells)
    {
        for (; cells != 0; cells &= cells - 1)
        {
            Set(plane, y, System.Numerics.BitOperations.TrailingZeroCount(cells));
        }
    }
}
