using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Polymath.Fields.Games.Minatar;

/// <summary>What swims or flies along a row of <see cref="Seaquest"/>.</summary>
internal struct Swimmer(int x, int y, bool toRight)
{
    /// <summary>Its cell.</summary>
    public sbyte X = (sbyte)x, Y = (sbyte)y;

    /// <summary>1 to the right, -1 to the left.</summary>
    public sbyte Direction = (sbyte)(toRight ? 1 : -1);

    /// <summary>Steps until it moves, and until it shoots.</summary>
    public sbyte MoveTimer, ShotTimer;

    /// <summary>Whether it has not left the field.</summary>
    public readonly bool IsInside => X is >= 0 and < IMinatarGame.Side;

    /// <summary>Goes on by a cell.</summary>
    public void Move() => X += Direction;

    /// <summary>Goes on by a cell where its time has come; true where it did.</summary>
    public bool MoveWhenDue(int interval)
    {
        if (MoveTimer > 0)
        {
            MoveTimer--;
            return false;
        }

        MoveTimer = (sbyte)interval;
        Move();
        return true;
    }
}

/// <summary>The swimmers of a kind, the oldest first.</summary>
internal struct Swimmers
{
    // A swimmer crosses the field in 60 steps at first, one joining every 20; in 30 at last, one joining every step. The
    // submarines among them shoot every 11 steps, and bullets cross in 10.
    private const int Capacity = 48;

    private Row _row;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>One of them.</summary>
    [UnscopedRef]
    public ref Swimmer this[int index] => ref _row[index];

    /// <summary>A copy of one of them.</summary>
    public readonly Swimmer At(int index) => _row[index];

    /// <summary>Puts one behind the others; where there is no room for it, it is lost.</summary>
    public void Add(in Swimmer swimmer)
    {
        if (Count < Capacity)
        {
            _row[Count++] = swimmer;
        }
    }

    /// <summary>The index of the one after this, which is removed before where <paramref name="removes"/>.</summary>
    public int Next(int index, bool removes)
    {
        if (!removes)
        {
            return index + 1;
        }

        Count--;
        for (int later = index; later < Count; later++)
        {
            _row[later] = _row[later + 1];
        }

        return index;
    }

    /// <summary>Removes the oldest in a cell; true where there was one.</summary>
    public bool RemoveAt(int x, int y)
    {
        for (int index = 0; index < Count; index++)
        {
            if (_row[index].X == x && _row[index].Y == y)
            {
                Next(index, removes: true);
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether one of the same row goes the other way.</summary>
    public readonly bool HasOpposite(in Swimmer other)
    {
        for (int index = 0; index < Count; index++)
        {
            if (_row[index].Y == other.Y && _row[index].Direction != other.Direction)
            {
                return true;
            }
        }

        return false;
    }

    [InlineArray(Capacity)]
    private struct Row
    {
        private Swimmer _first;
    }
}
