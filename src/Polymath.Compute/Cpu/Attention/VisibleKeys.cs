namespace Polymath.Compute.Cpu;

/// <summary>
/// Which keys a query of a sequence sees: always the first so many, which is why one formula serves all masks.
/// </summary>
/// <param name="Prefix">The first keys, which every query sees; all of them under the bidirectional mask.</param>
/// <param name="Offset">The position of query 0: more than 0 where earlier positions are in a cache.</param>
/// <param name="Length">The number of keys.</param>
internal readonly record struct VisibleKeys(int Prefix, int Offset, int Length)
{
    /// <summary>The keys of a sequence of a layout.</summary>
    public static unsafe VisibleKeys Of(SequenceLayout layout, int sequence)
    {
        int length = layout.Lengths[sequence];
        int prefix = layout.Mask switch
        {
            AttentionMask.Causal => 0,
            AttentionMask.Prefix => layout.Prefixes[sequence],
            _ => length,
        };
        return new(prefix, 0, length);
    }

    /// <summary>How many keys a query sees; at least one.</summary>
    public int CountFor(int query) => Math.Min(Length, Math.Max(Prefix, query + Offset + 1));

    /// <summary>How many keys of the block [start, start + size) a query sees.</summary>
    public int CountFor(int query, int start, int size) => Math.Clamp(CountFor(query) - start, 0, size);

    /// <summary>The first query that sees a key.</summary>
    public int FirstQueryOf(int key) => key < Prefix ? 0 : Math.Max(0, key - Offset);
}
