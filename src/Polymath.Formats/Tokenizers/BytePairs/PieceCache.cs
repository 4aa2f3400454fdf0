using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Polymath.Formats.Tokenizers.BytePairs;

/// <summary>
/// Remembers the ids of short pieces: language repeats its words. Bounded, without allocation, and at worst useless: a
/// few probes, then the oldest guess gives way.
/// </summary>
internal sealed class PieceCache
{
    /// <summary>Longest piece that is remembered: it fills a key of two words together with its length.</summary>
    public const int MaxPieceBytes = 15;

    private const int MaxIdCount = 7;
    private const int SlotCount = 1 << 15;
    private const int ProbeCount = 4;
    private const ulong FirstMultiplier = 0x9E3779B97F4A7C15;
    private const ulong SecondMultiplier = 0xC2B2AE3D27D4EB4F;

    private readonly Entry[] _entries = new Entry[SlotCount];

    /// <summary>The key of the piece of <paramref name="length"/> bytes at <paramref name="start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Key KeyOf(ReadOnlySpan<byte> utf8, int start, int length)
    {
        ulong low;
        ulong high;
        if (start + 16 <= utf8.Length)
        {
            ref byte first = ref Unsafe.Add(ref MemoryMarshal.GetReference(utf8), start);
            low = Unsafe.ReadUnaligned<ulong>(ref first);
            high = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, 8));
        }
        else
        {
            Span<byte> padded = stackalloc byte[16];
            padded.Clear();
            utf8.Slice(start, length).CopyTo(padded);
            low = MemoryMarshal.Read<ulong>(padded);
            high = MemoryMarshal.Read<ulong>(padded[8..]);
        }

        low = length >= 8 ? low : low & ((1UL << (8 * length)) - 1);
        high = length > 8 ? high & ((1UL << (8 * (length - 8))) - 1) : 0;
        return new Key(low, high | ((ulong)length << 56));
    }

    /// <summary>The ids of a piece, or none if it is not remembered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<int> Find(Key key)
    {
        int slot = First(key);
        for (int probe = 0; probe < ProbeCount; probe++)
        {
            ref Entry entry = ref _entries[(slot + probe) & (SlotCount - 1)];
            if (entry.Key == key)
            {
                return ((ReadOnlySpan<int>)entry.Ids)[..entry.IdCount];
            }
        }

        return default;
    }

    /// <summary>Remembers the ids of a piece that <see cref="Find"/> did not know.</summary>
    public void Add(Key key, ReadOnlySpan<int> ids)
    {
        if (ids.Length > MaxIdCount)
        {
            return;
        }

        int slot = First(key);
        int victim = slot;
        for (int probe = 0; probe < ProbeCount; probe++)
        {
            int candidate = (slot + probe) & (SlotCount - 1);
            if (_entries[candidate].IdCount == 0)
            {
                victim = candidate;
                break;
            }
        }

        ref Entry entry = ref _entries[victim];
        entry.Key = key;
        entry.IdCount = ids.Length;
        ids.CopyTo(entry.Ids);
    }

    private static int First(Key key)
    {
        ulong hash = (key.Low * FirstMultiplier) ^ (key.High * SecondMultiplier);
        return (int)((hash ^ (hash >> 32)) * FirstMultiplier >> 49);
    }

    /// <summary>A piece's bytes padded with zeros, its length in the highest byte: 0 there is no piece.</summary>
    public readonly record struct Key(ulong Low, ulong High);

    [InlineArray(MaxIdCount)]
    private struct Ids
    {
        private int _first;
    }

    private struct Entry
    {
        public Key Key;
        public Ids Ids;
        public int IdCount;
    }
}
