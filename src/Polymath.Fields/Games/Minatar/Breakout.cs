using Polymath.Compute;

namespace Polymath.Fields.Games.Minatar;

/// <summary>
/// Breakout: a ball on its diagonals, a paddle on the lowest row, and bricks on rows 1 to 3, a point each. The episode
/// ends when the ball falls past the paddle.
/// </summary>
internal struct Breakout : IMinatarGame
{
    private const int Bottom = IMinatarGame.Side - 1, BrickTop = 1, BrickRows = 3;
    private const int AllBricks = (1 << (BrickRows * IMinatarGame.Side)) - 1;

    // A brick a bit, row by row.
    private int _bricks;
    private int _paddle, _x, _y, _lastX, _lastY, _dx, _dy;
    private bool _hasStruck;

    private enum Plane
    {
        Paddle,
        Ball,
        Trail,
        Brick,
    }

    /// <inheritdoc/>
    public static IReadOnlyList<string> Planes { get; } = ["paddle", "ball", "trail", "brick"];

    /// <inheritdoc/>
    public void Start(ref RandomStream random)
    {
        bool fromRight = random.NextBelow(2) == 1;
        (_x, _dx) = fromRight ? (Bottom, -1) : (0, 1);
        (_y, _dy) = (3, 1);
        (_lastX, _lastY) = (_x, _y);
        _paddle = 4;
        _bricks = AllBricks;
        _hasStruck = false;
    }

    /// <inheritdoc/>
    public (int Reward, bool IsEnd) Step(GameAction action, ref RandomStream random)
    {
        _paddle = action switch
        {
            GameAction.Left => Math.Max(0, _paddle - 1),
            GameAction.Right => Math.Min(Bottom, _paddle + 1),
            _ => _paddle,
        };
        (_lastX, _lastY) = (_x, _y);
        int x = _x + _dx, y = _y + _dy, reward = 0;
        bool isEnd = false, strikes = false;
        if (x is < 0 or > Bottom)
        {
            x = Math.Clamp(x, 0, Bottom);
            _dx = -_dx;
        }

        if (y < 0)
        {
            y = 0;
            _dy = -_dy;
        }
        else if (IsBrick(y, x))
        {
            strikes = true;
            if (!_hasStruck)
            {
                // A ball goes through the brick of the step after a strike.
                _hasStruck = true;
                reward = 1;
                _bricks &= ~BrickAt(y, x);
                y = _lastY;
                _dy = -_dy;
            }
        }
        else if (y == Bottom)
        {
            (y, isEnd) = MeetPaddle(x);
        }

        _hasStruck &= strikes;
        (_x, _y) = (x, y);
        return (reward, isEnd);
    }

    /// <inheritdoc/>
    public readonly void Draw(PlaneCanvas canvas)
    {
        canvas.Set((int)Plane.Paddle, Bottom, _paddle);
        canvas.Set((int)Plane.Ball, _y, _x);
        canvas.Set((int)Plane.Trail, _lastY, _lastX);
        for (int row = 0; row < BrickRows; row++)
        {
            uint bricks = (uint)(_bricks >> (row * IMinatarGame.Side)) & ((1 << IMinatarGame.Side) - 1);
            canvas.SetRow((int)Plane.Brick, BrickTop + row, bricks);
        }
    }

    private static int BrickAt(int y, int x) => 1 << (((y - BrickTop) * IMinatarGame.Side) + x);

    private readonly bool IsBrick(int y, int x) =>
        y is >= BrickTop and < BrickTop + BrickRows && (_bricks & BrickAt(y, x)) != 0;

    // Caught on the flat of the paddle the ball goes on sideways, on its edge it goes back where it came from.
    private (int Y, bool IsEnd) MeetPaddle(int x)
    {
        if (_bricks == 0)
        {
            _bricks = AllBricks;
        }

        if (_x == _paddle)
        {
            _dy = -_dy;
            return (_lastY, false);
        }

        if (x == _paddle)
        {
            (_dx, _dy) = (-_dx, -_dy);
            return (_lastY, false);
        }

        return (Bottom, true);
    }
}
