using Polymath.Compute;

namespace Polymath.Fields.Games.Minatar;

/// <summary>
/// Seaquest: a submarine shoots fish and enemy submarines, a point each, takes in divers, and has to surface before its
/// air is used up; with six divers aboard that earns points for the air left. Enemies come ever faster. The episode ends
/// by an enemy, a bullet, want of air, or surfacing without a diver.
/// </summary>
internal struct Seaquest : IMinatarGame
{
    private const int Last = IMinatarGame.Side - 1, LowestRow = Last - 1, FullOxygen = 200, BoatSize = 6;
    private const int FirstSpawnInterval = 20, DiverSpawnInterval = 30, FirstMoveInterval = 5, FastestMoveInterval = 2;
    private const int DiverMoveInterval = 5, ShotInterval = 10, Cooldown = 5;

    private Swimmers _bullets, _enemyBullets, _fish, _submarines, _divers;
    private int _x, _y, _oxygen, _diverCount, _spawnInterval, _spawnTimer, _diverTimer, _moveInterval;
    private int _shotTimer, _rampCount;
    private bool _facesRight, _hasSurfaced, _isCaught;

    private enum Plane
    {
        Front,
        Back,
        FriendlyBullet,
        Trail,
        EnemyBullet,
        Fish,
        Submarine,
        Oxygen,
        DiversAboard,
        Diver,
    }

    /// <inheritdoc/>
    public static IReadOnlyList<string> Planes { get; } =
    [
        "front", "back", "friendly bullet", "trail", "enemy bullet", "fish", "submarine", "oxygen", "divers aboard", "diver",
    ];

    /// <inheritdoc/>
    public void Start(ref RandomStream random)
    {
        this = default;
        _x = 5;
        _oxygen = FullOxygen;
        _spawnInterval = _spawnTimer = FirstSpawnInterval;
        _diverTimer = DiverSpawnInterval;
        _moveInterval = FirstMoveInterval;
        _hasSurfaced = true;
    }

    /// <inheritdoc/>
    public (int Reward, bool IsEnd) Step(GameAction action, ref RandomStream random)
    {
        Spawn(ref random);
        Act(action);
        int reward = MoveBullets();
        MoveDivers();
        MoveSubmarines();
        MoveEnemyBullets();
        MoveFish();
        _spawnTimer = Math.Max(0, _spawnTimer - 1);
        _diverTimer = Math.Max(0, _diverTimer - 1);
        _shotTimer = Math.Max(0, _shotTimer - 1);
        _isCaught |= _oxygen < 0;
        if (_y > 0)
        {
            _oxygen--;
            _hasSurfaced = false;
        }
        else if (!_hasSurfaced)
        {
            reward += Surface();
        }

        return (reward, _isCaught);
    }

    /// <inheritdoc/>
    public readonly void Draw(PlaneCanvas canvas)
    {
        canvas.Set((int)Plane.Front, _y, _x);
        canvas.SetInside((int)Plane.Back, _y, _facesRight ? _x - 1 : _x + 1);
        uint oxygen = (uint)Math.Max(0, _oxygen * IMinatarGame.Side / FullOxygen);
        canvas.SetRow((int)Plane.Oxygen, Last, (1u << (int)oxygen) - 1);
        canvas.SetRow((int)Plane.DiversAboard, Last, ((1u << _diverCount) - 1) << (Last - _diverCount));
        DrawAll(canvas, _bullets, Plane.FriendlyBullet, hasTrail: false);
        DrawAll(canvas, _enemyBullets, Plane.EnemyBullet, hasTrail: false);
        DrawAll(canvas, _fish, Plane.Fish, hasTrail: true);
        DrawAll(canvas, _submarines, Plane.Submarine, hasTrail: true);
        DrawAll(canvas, _divers, Plane.Diver, hasTrail: true);
    }

    private static void DrawAll(PlaneCanvas canvas, in Swimmers swimmers, Plane plane, bool hasTrail)
    {
        for (int index = 0; index < swimmers.Count; index++)
        {
            Swimmer swimmer = swimmers.At(index);
            canvas.Set((int)plane, swimmer.Y, swimmer.X);
            if (hasTrail)
            {
                canvas.SetInside((int)Plane.Trail, swimmer.Y, swimmer.X - swimmer.Direction);
            }
        }
    }

    private readonly bool Meets(in Swimmer swimmer) => swimmer.X == _x && swimmer.Y == _y;

    private void Act(GameAction action)
    {
        switch (action)
        {
            case GameAction.Fire when _shotTimer == 0:
                _bullets.Add(new Swimmer(_x, _y, _facesRight));
                _shotTimer = Cooldown;
                break;
            case GameAction.Left:
                (_x, _facesRight) = (Math.Max(0, _x - 1), false);
                break;
            case GameAction.Right:
                (_x, _facesRight) = (Math.Min(Last, _x + 1), true);
                break;
            case GameAction.Up:
                _y = Math.Max(0, _y - 1);
                break;
            case GameAction.Down:
                _y = Math.Min(LowestRow, _y + 1);
                break;
        }
    }

    private void Spawn(ref RandomStream random)
    {
        if (_spawnTimer == 0)
        {
            SpawnEnemy(ref random);
            _spawnTimer = _spawnInterval;
        }

        if (_diverTimer == 0)
        {
            bool toRight = random.NextBelow(2) == 1;
            int y = 1 + (int)random.NextBelow(LowestRow);
            _divers.Add(new Swimmer(toRight ? 0 : Last, y, toRight) { MoveTimer = DiverMoveInterval });
            _diverTimer = DiverSpawnInterval;
        }
    }

    // Draws the direction, the kind and the row. Nobody comes against another enemy of the row.
    private void SpawnEnemy(ref RandomStream random)
    {
        bool toRight = random.NextBelow(2) == 1, isSubmarine = random.NextBelow(3) == 0;
        int y = 1 + (int)random.NextBelow(LowestRow);
        var enemy = new Swimmer(toRight ? 0 : Last, y, toRight)
        {
            MoveTimer = (sbyte)_moveInterval, ShotTimer = ShotInterval,
        };
        if (!_fish.HasOpposite(enemy) && !_submarines.HasOpposite(enemy))
        {
            (isSubmarine ? ref _submarines : ref _fish).Add(enemy);
        }
    }

    private int MoveBullets()
    {
        int reward = 0;
        for (int index = 0; index < _bullets.Count;)
        {
            ref Swimmer bullet = ref _bullets[index];
            bullet.Move();
            bool hits = bullet.IsInside && (_fish.RemoveAt(bullet.X, bullet.Y) || _submarines.RemoveAt(bullet.X, bullet.Y));
            reward += hits ? 1 : 0;
            index = _bullets.Next(index, removes: hits || !bullet.IsInside);
        }

        return reward;
    }

    private void MoveDivers()
    {
        for (int index = 0; index < _divers.Count;)
        {
            ref Swimmer diver = ref _divers[index];
            bool isAboard = TakesIn(diver);
            if (!isAboard && diver.MoveWhenDue(DiverMoveInterval))
            {
                isAboard = TakesIn(diver);
            }

            _diverCount += isAboard ? 1 : 0;
            index = _divers.Next(index, removes: isAboard || !diver.IsInside);
        }
    }

    private readonly bool TakesIn(in Swimmer diver) => _diverCount < BoatSize && Meets(diver);

    private void MoveSubmarines()
    {
        for (int index = 0; index < _submarines.Count;)
        {
            ref Swimmer submarine = ref _submarines[index];
            Advance(ref submarine);
            if (submarine.ShotTimer-- == 0)
            {
                submarine.ShotTimer = ShotInterval;
                if (submarine.IsInside)
                {
                    _enemyBullets.Add(new Swimmer(submarine.X, submarine.Y, submarine.Direction > 0));
                }
            }

            index = _submarines.Next(index, removes: !submarine.IsInside);
        }
    }

    private void MoveEnemyBullets()
    {
        for (int index = 0; index < _enemyBullets.Count;)
        {
            ref Swimmer bullet = ref _enemyBullets[index];
            _isCaught |= Meets(bullet);
            bullet.Move();
            _isCaught |= Meets(bullet);
            index = _enemyBullets.Next(index, removes: !bullet.IsInside);
        }
    }

    private void MoveFish()
    {
        for (int index = 0; index < _fish.Count;)
        {
            ref Swimmer fish = ref _fish[index];
            Advance(ref fish);
            index = _fish.Next(index, removes: !fish.IsInside);
        }
    }

    private void Advance(ref Swimmer enemy)
    {
        _isCaught |= Meets(enemy);
        if (enemy.MoveWhenDue(_moveInterval))
        {
            _isCaught |= Meets(enemy);
        }
    }

    private int Surface()
    {
        if (_diverCount == 0)
        {
            _isCaught = true;
            return 0;
        }

        int reward = 0;
        _hasSurfaced = true;
        if (_diverCount == BoatSize)
        {
            _diverCount = 0;
            reward = Math.Max(0, _oxygen * IMinatarGame.Side / FullOxygen);
        }
        else
        {
            _diverCount--;
        }

        _oxygen = FullOxygen;
        Ramp();
        return reward;
    }

    private void Ramp()
    {
        if (_spawnInterval == 1 && _moveInterval == FastestMoveInterval)
        {
            return;
        }

        if (_moveInterval > FastestMoveInterval && _rampCount % 2 != 0)
        {
            _moveInterval--;
        }

        _spawnInterval = Math.Max(1, _spawnInterval - 1);
        _rampCount++;
    }
}
