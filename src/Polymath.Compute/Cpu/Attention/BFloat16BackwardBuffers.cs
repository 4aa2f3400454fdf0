using Polymath.Compute.Cpu.Generated;

namespace Polymath.Compute.Cpu;

/// <summary>A block of keys as products of bf16 read it.</summary>
internal readonly struct BFloat16Keys(
    int first, int count, in BFloat16Panels keyRows, in BFloat16Panels valueRows, in BFloat16Panels keyColumns)
{
    /// <summary>The first key, and how many.</summary>
    public readonly int First = first, Count = count;

    /// <summary>Keys and values as rows of A; keys as B, summed over the keys.</summary>
    public readonly BFloat16Panels KeyRows = keyRows, ValueRows = valueRows, KeyColumns = keyColumns;
}

/// <summary>A block of queries as products of bf16 read it, always as B.</summary>
internal readonly struct BFloat16Queries(
    int count, in BFloat16Panels queryRows, in BFloat16Panels dOutputRows, in BFloat16Panels queryColumns,
    in BFloat16Panels dOutputColumns)
{
    /// <summary>How many.</summary>
    public readonly int Count = count;

    /// <summary>Summed over the width.</summary>
    public readonly BFloat16Panels QueryRows = queryRows, DOutputRows = dOutputRows;

    /// <summary>Summed over the queries.</summary>
    public readonly BFloat16Panels QueryColumns = queryColumns, DOutputColumns = dOutputColumns;
}

/// <summary>The memory of a worker of attention's backward pass by products of bf16.</summary>
internal readonly unsafe struct BFloat16BackwardBuffers
{
    /// <summary>The most queries of a block.</summary>
    public const int QueryBlock = 64;

    /// <summary>
    /// From a row of scores to the next; rows that are a power of two apart would fall on the same lines of the first
    /// cache.
    /// </summary>
    public const int ScoreStride = QueryBlock + 16;

    /// <summary>From a row of sums to the next.</summary>
    public readonly int PaddedWidth;

    /// <summary>A block of keys, packed.</summary>
    public readonly uint* KeyRows, ValueRows, KeyColumns;

    /// <summary>A block of queries, packed.</summary>
    public readonly uint* QueryRows, DOutputRows, QueryColumns, DOutputColumns;

    /// <summary>
    /// Of a block of queries, the gradients of the scores of a block of keys, packed with a line a query; of a group of
    /// keys, weights or gradients, packed with a line a key.
    /// </summary>
    public readonly uint* DScoresOfQueries, ScoresOfKeys;

    /// <summary>What flows back into a block of keys.</summary>
    public readonly float* DKeys, DValues;

    /// <summary>What flows back into queries: a group, or all that share keys where these are several blocks.</summary>
    public readonly float* DQueries;

    /// <summary>Of a group of keys and a block of queries [keys, queries].</summary>
    public readonly float* Weights, DScores;

    /// <summary>Of a block of queries [queries].</summary>
    public readonly float* Means, LogSums;

    /// <summary>The most keys of a block.</summary>
    public readonly int MostKeys;

    /// <summary>The elements that all of it takes.</summary>
    public readonly long Count;

    private readonly int _slotsPerHead;

    /// <summary>Cuts the memory.</summary>
    /// <param name="width">Columns of a head.</param>
    /// <param name="heads">The heads that share keys.</param>
    /// <param name="length">The most keys, and queries, of a sequence.</param>
    /// <param name="memory">What is cut.</param>
    public BFloat16BackwardBuffers(int width, int heads, int length, float* memory)
    {
        const int Group = BFloat16Blocks.Lines;
        int keys = MostKeys = Math.Min(length, AttentionBackward.KeyBlock);
        _slotsPerHead = length > keys ? BFloat16Blocks.PaddedLines(length) : 0;
        PaddedWidth = BFloat16Blocks.PaddedLines(width);
        var cutter = new BufferCutter(memory);
        long keySize = (long)BFloat16Blocks.PaddedLines(keys) * PaddedWidth;
        KeyRows = (uint*)cutter.Take(BFloat16Blocks.CountPairs(keys, width));
        ValueRows = (uint*)cutter.Take(BFloat16Blocks.CountPairs(keys, width));
        KeyColumns = (uint*)cutter.Take(BFloat16Blocks.CountPairs(width, keys));
        QueryRows = (uint*)cutter.Take(BFloat16Blocks.CountPairs(QueryBlock, width));
        DOutputRows = (uint*)cutter.Take(BFloat16Blocks.CountPairs(QueryBlock, width));
        QueryColumns = (uint*)cutter.Take(BFloat16Blocks.CountPairs(width, QueryBlock));
        DOutputColumns = (uint*)cutter.Take(BFloat16Blocks.CountPairs(width, QueryBlock));
        DScoresOfQueries = (uint*)cutter.Take(BFloat16Blocks.CountPairs(QueryBlock, keys));
        ScoresOfKeys = (uint*)cutter.Take(BFloat16Blocks.CountPairs(Group, QueryBlock));
        DKeys = cutter.Take(keySize);
        DValues = cutter.Take(keySize);
        DQueries = cutter.Take(Math.Max((long)heads * _slotsPerHead, Group) * PaddedWidth);
        Weights = cutter.Take(Group * ScoreStride);
        DScores = cutter.Take(Group * ScoreStride);
        Means = cutter.Take(QueryBlock);
        LogSums = cutter.Take(QueryBlock);
        Count = cutter.Count;
    }

    /// <summary>Where in <see cref="DQueries"/> a group of queries is.</summary>
    /// <param name="head">The head, of those that share keys.</param>
    /// <param name="query">The first query.</param>
    public int SlotOf(int head, int query) => _slotsPerHead == 0 ? 0 : (head * _slotsPerHead) + query;
}
