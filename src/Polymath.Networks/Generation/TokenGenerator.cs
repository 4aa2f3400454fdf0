using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// Continues one sequence of tokens with a key and value cache: a prompt is taken in chunks, then every token costs one
/// row. Where the context is full, its later half is taken in anew and the text goes on.
/// </summary>
public sealed unsafe class TokenGenerator
{
    private readonly TokenNetwork _network;
    private readonly SequenceCache _cache;
    private readonly PlannedBuffer _tokens, _positions;
    private readonly PlannedMatrix _input;
    private readonly int _chunk;
    private int[] _history = new int[256];
    private int _count;

    /// <summary>Reserves the cache and what a chunk needs.</summary>
    /// <param name="plan">Where memory is reserved.</param>
    /// <param name="network">The network; its step size bounds the chunks.</param>
    /// <param name="maxChunkRows">The most rows taken in at once; at most the network's.</param>
    public TokenGenerator(MemoryPlan plan, TokenNetwork network, int maxChunkRows)
    {
        _network = network;
        _chunk = maxChunkRows;
        _cache = new SequenceCache(plan, network.Network.Trunk.Recipe);
        _tokens = plan.Reserve("generation", maxChunkRows, DataType.Int32);
        _positions = plan.Reserve("generation", maxChunkRows, DataType.Int32);
        _input = plan.ReserveMatrix("generation", maxChunkRows, network.Network.Trunk.Recipe.Width);
    }

    /// <summary>All tokens so far, the prompt first.</summary>
    public ReadOnlySpan<int> History => _history.AsSpan(0, _count);

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _count = 0;
        _cache.Truncate(0);
    }

    /// <summary>Appends tokens and computes the logits [vocabulary] for the one that follows; valid until the next call.</summary>
    /// <param name="tokens">At least one token of the vocabulary.</param>
    public Span<float> Append(scoped ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length);
        Remember(tokens);
        if (_cache.Length + tokens.Length > _cache.Capacity)
        {
            _cache.Truncate(0);
            int kept = Math.Min(_count, Math.Max(1, _cache.Capacity / 2));
            tokens = _history.AsSpan(_count - kept, kept);
        }

        MatrixView output = default;
        for (int start = 0; start < tokens.Length; start += _chunk)
        {
            output = TakeIn(tokens.Slice(start, Math.Min(_chunk, tokens.Length - start)));
        }

        return _network.Head.Predict(output.RowRange(output.Rows - 1, 1));
    }

    private MatrixView TakeIn(scoped ReadOnlySpan<int> tokens)
    {
        tokens.CopyTo(_tokens.IntegerSpan);
        for (int row = 0; row < tokens.Length; row++)
        {
            _positions.Integers[row] = _cache.Length + row;
        }

        MatrixView x = _input.Top(tokens.Length);
        _network.Port.Forward(_tokens.Integers, _positions.Integers, x);
        MatrixView output = _network.Network.Trunk.Continue(_cache, _positions.Integers, x);
        _cache.Advance(tokens.Length);
        return output;
    }

    private void Remember(scoped ReadOnlySpan<int> tokens)
    {
        while (_count + tokens.Length > _history.Length)
        {
            Array.Resize(ref _history, 2 * _history.Length);
        }

        tokens.CopyTo(_history.AsSpan(_count));
        _count += tokens.Length;
    }
}
