namespace Polymath.Compute.Cpu;

/// <summary>
/// How what flows back through a block of queries and a block of keys is computed: in which precision and with which
/// instructions.
/// </summary>
/// <typeparam name="TKeys">A block of keys as its products read it.</typeparam>
internal unsafe interface IBackwardTile<TKeys>
    where TKeys : struct
{
    /// <summary>The most queries of a block.</summary>
    static abstract int QueryBlock { get; }

    /// <summary>The elements of memory that a worker needs.</summary>
    long Count { get; }

    /// <summary>Prepares a block of keys, into which nothing has flowed yet.</summary>
    /// <param name="memory">[<see cref="Count"/>], of this worker alone.</param>
    /// <param name="head">The head.</param>
    /// <param name="first">The first key.</param>
    /// <param name="count">The keys, at most <see cref="AttentionBackward.KeyBlock"/>.</param>
    TKeys PackKeys(float* memory, in KeyHead head, int first, int count);

    /// <summary>
    /// Adds what a block of queries and a block of keys have to do with each other: to the queries' gradients, which the
    /// first block of keys writes, and to the sums of the keys in memory.
    /// </summary>
    /// <param name="memory">As the keys were packed into.</param>
    /// <param name="head">The queries' head.</param>
    /// <param name="keyHead">The keys' head.</param>
    /// <param name="keys">The keys; every query sees one of them at least.</param>
    /// <param name="q0">The first query.</param>
    /// <param name="queries">The queries, at most <see cref="QueryBlock"/>.</param>
    void AddBlock(float* memory, in QueryHead head, in KeyHead keyHead, in TKeys keys, int q0, int queries);

    /// <summary>Writes what has flowed back into a block of keys.</summary>
    /// <param name="memory">As the keys were packed into.</param>
    /// <param name="head">The head.</param>
    /// <param name="first">The first key.</param>
    /// <param name="count">The keys.</param>
    void StoreKeyGradients(float* memory, in KeyHead head, int first, int count);
}
