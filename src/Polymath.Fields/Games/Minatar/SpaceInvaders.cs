using System.Numerics;
using System.Runtime.CompilerServices;
using Polymath.Compute;

namespace Polymath.Fields.Games.Minatar;

/// <summary>
/// Space Invaders: aliens march to and fro and downwards and shoot; every alien shot is a point, and a cleared wave is
/// followed by a faster one. The episode ends when a bullet or an alien reaches the cannon.
/// </summary>
internal struct SpaceInvaders : IMinatarGame
{
    private const int Side = IMinatarGame.Side, Last = Side - 1;
    private const int WaveRows = 4, CannonCooldown = 5, AlienShotInterval = 10;
    private const int SlowestMoveInterval = 12, FastestWaveInterval = 6;

    // Columns 2 to 7.
    private const ushort WaveRow = 0b00_1111_1100;

    // A row each, a cell a bit, the lowest at the left.
    private Rows _aliens, _friendlyBullets, _enemyBullets;
    private int _cannon, _cannonTimer, _alienDirection, _waveInterval, _moveTimer, _shotTimer;

    private enum Plane
    {
        Cannon,
        Alien,
        Left,
        Right,
        FriendlyBullet,
        EnemyBullet,
    }

    /// <inheritdoc/>
    public static IReadOnlyList<string> Planes { get; } =
        ["cannon", "alien", "left", "right", "friendly bullet", "enemy bullet"];

    /// <inheritdoc/>
    public void Start(ref RandomStream random)
    {
        this = default;
        _cannon = 5;
        _alienDirection = -1;
        _waveInterval = _moveTimer = SlowestMoveInterval;
        _shotTimer = AlienShotInterval;
        BeginWave();
    }

    /// <inheritdoc/>
    public (int Reward, bool IsEnd) Step(GameAction action, ref RandomStream random)
    {
        Act(action);
        Up(ref _friendlyBullets);
        Down(ref _enemyBullets);
        ushort cannon = (ushort)(1 << _cannon);
        bool isEnd = (_enemyBullets[Last] & cannon) != 0 || (_aliens[Last] & cannon) != 0;
        if (_moveTimer == 0)
        {
            isEnd |= March();
            isEnd |= (_aliens[Last] & cannon) != 0;
        }

        if (_shotTimer == 0)
        {
            _shotTimer = AlienShotInterval;
            Shoot();
        }

        int kills = Kill();
        _cannonTimer = Math.Max(0, _cannonTimer - 1);
        _moveTimer--;
        _shotTimer--;
        if (CountAliens() == 0)
        {
            _waveInterval = Math.Max(FastestWaveInterval, _waveInterval - 1);
            BeginWave();
        }

        return (kills, isEnd);
    }

    /// <inheritdoc/>
    public readonly void Draw(PlaneCanvas canvas)
    {
        canvas.Set((int)Plane.Cannon, Last, _cannon);
        int direction = (int)(_alienDirection < 0 ? Plane.Left : Plane.Right);
        for (int y = 0; y < Side; y++)
        {
            canvas.SetRow((int)Plane.Alien, y, _aliens[y]);
            canvas.SetRow(direction, y, _aliens[y]);
            canvas.SetRow((int)Plane.FriendlyBullet, y, _friendlyBullets[y]);
            canvas.SetRow((int)Plane.EnemyBullet, y, _enemyBullets[y]);
        }
    }

    private static void Up(ref Rows rows)
    {
        for (int y = 0; y < Last; y++)
        {
            rows[y] = rows[y + 1];
        }

        rows[Last] = 0;
    }

    private static void Down(ref Rows rows)
    {
        for (int y = Last; y > 0; y--)
        {
            rows[y] = rows[y - 1];
        }

        rows[0] = 0;
    }

    private void Act(GameAction action)
    {
        switch (action)
        {
            case GameAction.Fire when _cannonTimer == 0:
                _friendlyBullets[Last] |= (ushort)(1 << _cannon);
                _cannonTimer = CannonCooldown;
                break;
            case GameAction.Left:
                _cannon = Math.Max(0, _cannon - 1);
                break;
            case GameAction.Right:
                _cannon = Math.Min(Last, _cannon + 1);
                break;
        }
    }

    // One cell sideways, or at the edge down and about: true where the lowest could not go lower.
    private bool March()
    {
        _moveTimer = Math.Min(CountAliens(), _waveInterval);
        int edge = _alienDirection < 0 ? 1 : 1 << Last;
        if ((Union() & edge) == 0)
        {
            for (int y = 0; y < Side; y++)
            {
                _aliens[y] = (ushort)(_alienDirection < 0 ? _aliens[y] >> 1 : _aliens[y] << 1);
            }

            return false;
        }

        _alienDirection = -_alienDirection;
        if (_aliens[Last] != 0)
        {
            return true;
        }

        Down(ref _aliens);
        return false;
    }

    // The lowest alien of the column nearest to the cannon shoots; of two as near, the left one.
    private void Shoot()
    {
        int columns = Union();
        for (int distance = 0; distance < Side; distance++)
        {
            int left = _cannon - distance, right = _cannon + distance;
            int x = left >= 0 && (columns >> left & 1) != 0 ? left
                : right <= Last && (columns >> right & 1) != 0 ? right : -1;
            if (x >= 0)
            {
                int y = Last;
                while ((_aliens[y] >> x & 1) == 0)
                {
                    y--;
                }

                _enemyBullets[y] |= (ushort)(1 << x);
                return;
            }
        }
    }

    private int Kill()
    {
        int kills = 0;
        for (int y = 0; y < Side; y++)
        {
            ushort hit = (ushort)(_aliens[y] & _friendlyBullets[y]);
            kills += BitOperations.PopCount(hit);
            _aliens[y] ^= hit;
            _friendlyBullets[y] ^= hit;
        }

        return kills;
    }

    private void BeginWave()
    {
        for (int y = 0; y < WaveRows; y++)
        {
            _aliens[y] = WaveRow;
        }
    }

    private readonly int CountAliens()
    {
        int count = 0;
        for (int y = 0; y < Side; y++)
        {
            count += BitOperations.PopCount(_aliens[y]);
        }

        return count;
    }

    private readonly int Union()
    {
        int columns = 0;
        for (int y = 0; y < Side; y++)
        {
            columns |= _aliens[y];
        }

        return columns;
    }

    [InlineArray(Side)]
    private struct Rows
    {
        private ushort _first;
    }
}
