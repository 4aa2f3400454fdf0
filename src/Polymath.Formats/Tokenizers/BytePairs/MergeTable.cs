using System.Numerics;
using Polymath.Compute;

namespace Polymath.Formats.Tokenizers.BytePairs;

/// <summary>Which pairs of tokens merge, which of them first, and into what.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int None = int.MaxValue;

    private const ulong Empty = ulong.MaxValue;
    private const ulong GoldenRatio = 0x9E3779B97F4A7C15;

    private readonly Slot[] _slots;
    private readonly int _shift;
    private readonly int[] _results;
    private readonly ulong[] _pairs;

    /// <param name="merges">Left and right token, the earliest merge first.</param>
    /// <param name="vocabulary">Where the merged tokens are found.</param>
    /// <exception cref="InvalidInputException">
    /// A pair occurs twice, has an unknown token, or merges into a token that the vocabulary lacks.
    /// </exception>
    public MergeTable(IReadOnlyList<(int Left, int Right)> merges, Vocabulary vocabulary)
    {
        int bits = BitOperations.Log2((uint)Math.Max(merges.Count, 1)) + 2;
        _shift = 64 - bits;
        _slots = new Slot[1 << bits];
        Array.Fill(_slots, new Slot(Empty, None));
        _results = new int[merges.Count];
        _pairs = new ulong[merges.Count];
        List<byte> merged = [];
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (int left, int right) = merges[rank];
            merged.Clear();
            merged.AddRange(Part(vocabulary, left, rank));
            merged.AddRange(Part(vocabulary, right, rank));
            _results[rank] = vocabulary.Find([.. merged]) is >= 0 and int result
                ? result
                : throw new InvalidInputException(
                    $"merge {rank} joins the tokens {left} and {right} to one that the vocabulary lacks");
            _pairs[rank] = Key(left, right);
            Insert(_pairs[rank], rank);
        }
    }

    /// <summary>How many pairs merge.</summary>
    public int Count => _results.Length;

    /// <summary>A merge by its rank.</summary>
    public (int Left, int Right) this[int rank] => ((int)(_pairs[rank] >> 32), (int)(uint)_pairs[rank]);

    /// <summary>The rank of a pair, 0 for the pair that merges first, or <see cref="None"/>.</summary>
    public int Rank(int left, int right)
    {
        ulong key = Key(left, right);
        int mask = _slots.Length - 1;
        for (int slot = First(key); ; slot = (slot + 1) & mask)
        {
            ref readonly Slot candidate = ref _slots[slot];
            if (candidate.Key == key || candidate.Key == Empty)
            {
                return candidate.Rank;
            }
        }
    }

    /// <summary>The token that the pair of a rank merges into.</summary>
    public int Result(int rank) => _results[rank];

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private static ReadOnlySpan<byte> Part(Vocabulary vocabulary, int id, int rank) =>
        (uint)id < (uint)vocabulary.Count && !vocabulary[id].IsEmpty
            ? vocabulary[id]
            : throw new InvalidInputException($"merge {rank} joins the token {id}, which the vocabulary lacks");

    private int First(ulong key) => (int)((key * GoldenRatio) >> _shift);

    private void Insert(ulong key, int rank)
    {
        int mask = _slots.Length - 1;
        int slot = First(key);
        while (_slots[slot].Key != Empty)
        {
            if (_slots[slot].Key == key)
            {
                throw new InvalidInputException($"merge {rank} repeats merge {_slots[slot].Rank}");
            }

            slot = (slot + 1) & mask;
        }

        _slots[slot] = new Slot(key, rank);
    }

    private readonly record struct Slot(ulong Key, int Rank);
}
