using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>One head of one sequence; rows count from the first of the sequence.</summary>
internal readonly unsafe struct ForwardHead(
    HeadRows query, HeadRows key, HeadRows value, HeadRows output, float* logSums, float scale, VisibleKeys visible)
{
    /// <summary>Its rows.</summary>
    public readonly HeadRows Query = query, Key = key, Value = value, Output = output;

    /// <summary>The natural logarithms of the softmax's sums, written; null: nobody wants them.</summary>
    public readonly float* LogSums = logSums;

    /// <summary>What dot products are multiplied by.</summary>
    public readonly float Scale = scale;

    /// <summary>Which keys the queries see.</summary>
    public readonly VisibleKeys Visible = visible;

    /// <summary>Has a row of the next head brought near: it lies beside this one's and comes while this is computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchNext(int row, int width)
    {
        Query.Prefetch(row, width, width);
        Key.Prefetch(row, width, width);
        Value.Prefetch(row, width, width);
    }
}

/// <summary>How the queries of a tile attend: in which precision and with which instructions.</summary>
internal unsafe interface IForwardTile
{
    /// <summary>The elements of memory that a worker needs.</summary>
    long Count { get; }

    /// <summary>Computes the outputs of the queries [start, end), at most <see cref="AttentionForward.QueriesPerTile"/>.</summary>
    /// <param name="memory">[<see cref="Count"/>], of this worker alone.</param>
    /// <param name="head">The head.</param>
    /// <param name="start">The first query.</param>
    /// <param name="end">Behind the last.</param>
    void Attend(float* memory, in ForwardHead head, int start, int end);
}
