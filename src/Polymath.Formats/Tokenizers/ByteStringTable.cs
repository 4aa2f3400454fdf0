using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// Distinct byte strings numbered in the order they came, found again by content: one block of bytes and one of hash
/// slots, so that a hundred thousand tokens or a million words cost no objects.
/// </summary>
internal sealed class ByteStringTable
{
    private const int InitialSlotCount = 1024;

    private readonly List<byte> _bytes = [];
    private readonly List<int> _ends = [];
    private int[] _slots = NewSlots(InitialSlotCount);
    private int _filledSlotCount;

    /// <summary>How many numbers are given out, gaps included.</summary>
    public int Count => _ends.Count;

    /// <summary>All bytes of all strings.</summary>
    public int ByteCount => _bytes.Count;

    /// <summary>A string by its number; empty for a gap. Valid until the next string is added.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            int start = index == 0 ? 0 : _ends[index - 1];
            return CollectionsMarshal.AsSpan(_bytes)[start.._ends[index]];
        }
    }

    /// <summary>The number of a string, or -1.</summary>
    public int Find(ReadOnlySpan<byte> content) => _slots[SlotOf(content)];

    /// <summary>The number of a string, which is added if it is new.</summary>
    /// <exception cref="OverflowException">All strings together would pass 2^31 - 1 bytes.</exception>
    public int Add(ReadOnlySpan<byte> content)
    {
        int slot = SlotOf(content);
        if (_slots[slot] >= 0)
        {
            return _slots[slot];
        }

        _slots[slot] = Count;
        _ = checked(_bytes.Count + content.Length);
        _bytes.AddRange(content);
        _ends.Add(_bytes.Count);
        if (++_filledSlotCount * 2 > _slots.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    /// <summary>Gives the next number to no string.</summary>
    public void AddGap() => _ends.Add(_bytes.Count);

    private static int[] NewSlots(int count)
    {
        int[] slots = new int[count];
        Array.Fill(slots, -1);
        return slots;
    }

    private int SlotOf(ReadOnlySpan<byte> content)
    {
        int mask = _slots.Length - 1;
        int slot = (int)XxHash3.HashToUInt64(content) & mask;
        while (_slots[slot] >= 0 && !this[_slots[slot]].SequenceEqual(content))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        _slots = NewSlots(_slots.Length * 2);
        for (int index = 0; index < Count; index++)
        {
            ReadOnlySpan<byte> content = this[index];
            if (content.Length > 0)
            {
                _slots[SlotOf(content)] = index;
            }
        }
    }
}
