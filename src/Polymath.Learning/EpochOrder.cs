using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>Every item once an epoch, in an order keyed by seed and epoch: any place can be asked for without those before.</summary>
/// <param name="count">The items.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="stream">What the order is for; see <see cref="RandomStream.StreamOf"/>.</param>
public sealed class EpochOrder(int count, ulong seed, uint stream)
{
    private readonly int[] _order = new int[count];
    private long _epoch = -1;

    /// <summary>The item at a place of the endless sequence of epochs.</summary>
    public int this[long place]
    {
        get
        {
            if (place / count != _epoch)
            {
                Shuffle(place / count);
            }

            return _order[place % count];
        }
    }

    // Fisher and Yates, from the inside out.
    private void Shuffle(long epoch)
    {
        var random = new RandomStream(seed, stream, epoch);
        for (int index = 0; index < count; index++)
        {
            int other = (int)random.NextBelow(index + 1);
            (_order[index], _order[other]) = (_order[other], index);
        }

        _epoch = epoch;
    }
}
