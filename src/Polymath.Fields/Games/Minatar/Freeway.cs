using System.Runtime.CompilerServices;
using Polymath.Compute;

namespace Polymath.Fields.Games.Minatar;

/// <summary>
/// Freeway: a chicken crosses eight lanes of cars, a point for every crossing; a car throws it back. The episode ends
/// after 2500 steps.
/// </summary>
internal struct Freeway : IMinatarGame
{
    private const int Bottom = IMinatarGame.Side - 1, ChickenX = 4, LaneCount = 8, SlowestPeriod = 5;
    private const int StepsOfChicken = 3, StepsOfEpisode = 2500;

    private Lanes _cars;
    private int _chicken, _chickenTimer, _stepsLeft;

    private enum Plane
    {
        Chicken,
        Car,
        FirstSpeed,
    }

    /// <inheritdoc/>
    public static IReadOnlyList<string> Planes { get; } =
        ["chicken", "car", "speed 1", "speed 2", "speed 3", "speed 4", "speed 5"];

    /// <inheritdoc/>
    public void Start(ref RandomStream random)
    {
        (_chicken, _chickenTimer, _stepsLeft) = (Bottom, StepsOfChicken, StepsOfEpisode);
        for (int lane = 0; lane < LaneCount; lane++)
        {
            _cars[lane].X = 0;
        }

        DrawSpeeds(ref random);
    }

    /// <inheritdoc/>
    public (int Reward, bool IsEnd) Step(GameAction action, ref RandomStream random)
    {
        int reward = 0;
        if (action == GameAction.Up && _chickenTimer == 0)
        {
            _chickenTimer = StepsOfChicken;
            _chicken--;
        }
        else if (action == GameAction.Down && _chickenTimer == 0)
        {
            _chickenTimer = StepsOfChicken;
            _chicken = Math.Min(Bottom, _chicken + 1);
        }

        if (_chicken == 0)
        {
            reward = 1;
            _chicken = Bottom;
            DrawSpeeds(ref random);
        }

        MoveCars();
        _chickenTimer = Math.Max(0, _chickenTimer - 1);
        _stepsLeft--;
        return (reward, _stepsLeft == 0);
    }

    /// <inheritdoc/>
    public readonly void Draw(PlaneCanvas canvas)
    {
        canvas.Set((int)Plane.Chicken, _chicken, ChickenX);
        for (int lane = 0; lane < LaneCount; lane++)
        {
            Car car = _cars[lane];
            canvas.Set((int)Plane.Car, lane + 1, car.X);
            canvas.Set((int)Plane.FirstSpeed + car.Period - 1, lane + 1, Wrapped(car.X - car.Direction));
        }
    }

    private static int Wrapped(int x) => x < 0 ? Bottom : x > Bottom ? 0 : x;

    private void MoveCars()
    {
        for (int lane = 0; lane < LaneCount; lane++)
        {
            ref Car car = ref _cars[lane];
            ThrowBack(lane, car);
            if (car.Timer > 0)
            {
                car.Timer--;
                continue;
            }

            car.Timer = car.Period;
            car.X = (sbyte)Wrapped(car.X + car.Direction);
            ThrowBack(lane, car);
        }
    }

    private void ThrowBack(int lane, Car car)
    {
        if (car.X == ChickenX && _chicken == lane + 1)
        {
            _chicken = Bottom;
        }
    }

    // First all periods, then all directions.
    private void DrawSpeeds(ref RandomStream random)
    {
        for (int lane = 0; lane < LaneCount; lane++)
        {
            _cars[lane].Period = _cars[lane].Timer = (sbyte)(1 + random.NextBelow(SlowestPeriod));
        }

        for (int lane = 0; lane < LaneCount; lane++)
        {
            _cars[lane].Direction = (sbyte)(random.NextBelow(2) == 0 ? -1 : 1);
        }
    }

    // The lane of a car is its row less one.
    private struct Car
    {
        public sbyte X, Period, Direction, Timer;
    }

    [InlineArray(LaneCount)]
    private struct Lanes
    {
        private Car _first;
    }
}
