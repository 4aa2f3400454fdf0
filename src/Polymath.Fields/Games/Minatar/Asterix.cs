using System.Numerics;
using System.Runtime.CompilerServices;
using Polymath.Compute;

namespace Polymath.Fields.Games.Minatar;

/// <summary>
/// Asterix: gold and enemies run across eight rows, and ever faster. Gold is a point; an enemy ends the episode.
/// </summary>
internal struct Asterix : IMinatarGame
{
    private const int Last = IMinatarGame.Side - 1, TopRow = 1, RowCount = 8, BottomRow = TopRow + RowCount - 1;
    private const int FirstSpawnInterval = 10, FirstMoveInterval = 5, RampInterval = 100;

    // One runner a row at most: its row is its slot. A runner a bit: which exist, run to the right, are gold.
    private Columns _x;
    private uint _runners, _toRight, _gold;
    private int _playerX, _playerY;
    private int _spawnInterval, _spawnTimer, _moveInterval, _moveTimer, _rampTimer, _rampCount;

    private enum Plane
    {
        Player,
        Enemy,
        Trail,
        Gold,
    }

    /// <inheritdoc/>
    public static IReadOnlyList<string> Planes { get; } = ["player", "enemy", "trail", "gold"];

    /// <inheritdoc/>
    public void Start(ref RandomStream random)
    {
        this = default;
        (_playerX, _playerY) = (5, 5);
        _spawnInterval = _spawnTimer = FirstSpawnInterval;
        _moveInterval = _moveTimer = FirstMoveInterval;
        _rampTimer = RampInterval;
    }

    /// <inheritdoc/>
    public (int Reward, bool IsEnd) Step(GameAction action, ref RandomStream random)
    {
        if (_spawnTimer == 0)
        {
            Spawn(ref random);
            _spawnTimer = _spawnInterval;
        }

        MovePlayer(action);
        (int reward, bool isEnd) = Touch();
        if (_moveTimer == 0)
        {
            _moveTimer = _moveInterval;
            MoveRunners();
            (int more, bool isCaught) = Touch();
            reward += more;
            isEnd |= isCaught;
        }

        _spawnTimer--;
        _moveTimer--;
        Ramp();
        return (reward, isEnd);
    }

    /// <inheritdoc/>
    public readonly void Draw(PlaneCanvas canvas)
    {
        canvas.Set((int)Plane.Player, _playerY, _playerX);
        for (uint left = _runners; left != 0; left &= left - 1)
        {
            int slot = BitOperations.TrailingZeroCount(left), y = TopRow + slot, x = _x[slot];
            canvas.Set((int)(Has(_gold, slot) ? Plane.Gold : Plane.Enemy), y, x);
            canvas.SetInside((int)Plane.Trail, y, Has(_toRight, slot) ? x - 1 : x + 1);
        }
    }

    private static bool Has(uint set, int slot) => (set >> slot & 1) != 0;

    private void MovePlayer(GameAction action)
    {
        switch (action)
        {
            case GameAction.Left:
                _playerX = Math.Max(0, _playerX - 1);
                break;
            case GameAction.Right:
                _playerX = Math.Min(Last, _playerX + 1);
                break;
            case GameAction.Up:
                _playerY = Math.Max(TopRow, _playerY - 1);
                break;
            case GameAction.Down:
                _playerY = Math.Min(BottomRow, _playerY + 1);
                break;
        }
    }

    // Draws the direction, the kind and then the row.
    private void Spawn(ref RandomStream random)
    {
        bool toRight = random.NextBelow(2) == 1, isGold = random.NextBelow(3) == 0;
        uint free = ~_runners & ((1 << RowCount) - 1);
        if (free == 0)
        {
            return;
        }

        for (long skipped = random.NextBelow(BitOperations.PopCount(free)); skipped > 0; skipped--)
        {
            free &= free - 1;
        }

        int slot = BitOperations.TrailingZeroCount(free);
        uint bit = 1u << slot;
        _runners |= bit;
        _toRight = toRight ? _toRight | bit : _toRight & ~bit;
        _gold = isGold ? _gold | bit : _gold & ~bit;
        _x[slot] = (sbyte)(toRight ? 0 : Last);
    }

    // What the player meets in its own row.
    private (int Reward, bool IsEnd) Touch()
    {
        int slot = _playerY - TopRow;
        if (!Has(_runners, slot) || _x[slot] != _playerX)
        {
            return (0, false);
        }

        if (!Has(_gold, slot))
        {
            return (0, true);
        }

        _runners &= ~(1u << slot);
        return (1, false);
    }

    private void MoveRunners()
    {
        for (uint left = _runners; left != 0; left &= left - 1)
        {
            int slot = BitOperations.TrailingZeroCount(left);
            int x = _x[slot] + (Has(_toRight, slot) ? 1 : -1);
            _x[slot] = (sbyte)x;
            if (x is < 0 or > Last)
            {
                _runners &= ~(1u << slot);
            }
        }
    }

    private void Ramp()
    {
        if (_spawnInterval == 1 && _moveInterval == 1)
        {
            return;
        }

        if (_rampTimer >= 0)
        {
            _rampTimer--;
            return;
        }

        if (_moveInterval > 1 && _rampCount % 2 != 0)
        {
            _moveInterval--;
        }

        _spawnInterval = Math.Max(1, _spawnInterval - 1);
        _rampCount++;
        _rampTimer = RampInterval;
    }

    [InlineArray(RowCount)]
    private struct Columns
    {
        private sbyte _first;
    }
}
