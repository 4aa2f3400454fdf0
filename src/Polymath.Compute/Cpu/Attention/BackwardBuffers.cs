namespace Polymath.Compute.Cpu;

/// <summary>A query head of a sequence; rows count from the first of the sequence.</summary>
internal readonly unsafe struct QueryHead(
    int index, HeadRows query, HeadRows output, HeadRows dOutput, HeadRows dQuery, float* logSums, float scale,
    VisibleKeys visible)
{
    /// <summary>Its place among the heads that share keys.</summary>
    public readonly int Index = index;

    /// <summary>Its rows.</summary>
    public readonly HeadRows Query = query, Output = output, DOutput = dOutput, DQuery = dQuery;

    /// <summary>The natural logarithms of the softmax's sums.</summary>
    public readonly float* LogSums = logSums;

    /// <summary>What dot products are multiplied by.</summary>
    public readonly float Scale = scale;

    /// <summary>Which keys the queries see.</summary>
    public readonly VisibleKeys Visible = visible;

    /// <summary>Has a row of this head brought near before it is used.</summary>
    public void PrefetchRow(int row, int width)
    {
        Query.Prefetch(row, 0, width);
        Output.Prefetch(row, 0, width);
        DOutput.Prefetch(row, 0, width);
        DQuery.Prefetch(row, 0, width);
    }
}

/// <summary>A key head of a sequence; rows count from the first of the sequence.</summary>
internal readonly struct KeyHead(HeadRows key, HeadRows value, HeadRows dKey, HeadRows dValue)
{
    // How many rows ahead a gradient's lines are asked for before they are written.
    private const int WriteAhead = 16;

    /// <summary>Its rows.</summary>
    public readonly HeadRows Key = key, Value = value, DKey = dKey, DValue = dValue;

    /// <summary>Has a row of the next head brought near: it lies beside this one's.</summary>
    public void PrefetchNext(int row, int width)
    {
        Key.Prefetch(row, width, width);
        Value.Prefetch(row, width, width);
    }

    /// <summary>Has the gradients that are written some rows later brought near.</summary>
    public void PrefetchGradients(int row, int width)
    {
        DKey.Prefetch(row + WriteAhead, 0, width);
        DValue.Prefetch(row + WriteAhead, 0, width);
    }
}

/// <summary>A block of keys as the products of the backward pass read it.</summary>
internal readonly struct KeyStrips(int first, int count, Strips transposedKeys, Strips transposedValues, Strips keys)
{
    /// <summary>The first key, and how many.</summary>
    public readonly int First = first, Count = count;

    /// <summary>Keys and values with a column a key; keys with a row a key.</summary>
    public readonly Strips TransposedKeys = transposedKeys, TransposedValues = transposedValues, Keys = keys;
}

/// <summary>The memory of a worker of attention's backward pass.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal readonly unsafe struct BackwardBuffers<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>The most queries of a block; a multiple of the rows of any tile.</summary>
    public const int QueryBlock = 48;

    /// <summary>The sizes.</summary>
    public readonly AttentionSizes<TSimd> Sizes;

    /// <summary>A block of keys, packed, and what flows back into it [keys, width].</summary>
    public readonly float* TransposedKeys, TransposedValues, Keys, DKeys, DValues;

    /// <summary>A block of queries [queries, width].</summary>
    public readonly float* Queries, DOutputs, DQueries;

    /// <summary>Of a block of queries and one of keys [queries, keys].</summary>
    public readonly float* Weights, DScores;

    /// <summary>Of a block of queries [queries].</summary>
    public readonly float* Means, LogSums;

    /// <summary>The elements that all of it takes.</summary>
    public readonly long Count;

    /// <summary>Cuts the memory.</summary>
    public BackwardBuffers(AttentionSizes<TSimd> sizes, float* memory)
    {
        Sizes = sizes;
        var cutter = new BufferCutter(memory);
        long keySize = (long)sizes.PaddedKeys * sizes.PaddedWidth, querySize = (long)QueryBlock * sizes.PaddedWidth;
        TransposedKeys = cutter.Take(keySize);
        TransposedValues = cutter.Take(keySize);
        Keys = cutter.Take(keySize);
        DKeys = cutter.Take(keySize);
        DValues = cutter.Take(keySize);
        Queries = cutter.Take(querySize);
        DOutputs = cutter.Take(querySize);
        DQueries = cutter.Take(querySize);
        Weights = cutter.Take((long)QueryBlock * sizes.ScoreStride);
        DScores = cutter.Take((long)QueryBlock * sizes.ScoreStride);
        Means = cutter.Take(QueryBlock);
        LogSums = cutter.Take(QueryBlock);
        Count = cutter.Count;
    }
}
