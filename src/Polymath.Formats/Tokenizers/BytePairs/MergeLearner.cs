namespace Polymath.Formats.Tokenizers.BytePairs;

/// <summary>
/// Finds the most frequent adjacent pair, merges it everywhere, and again. Counts are kept up to date at the places
/// that a merge touches, so the work grows with the number of merged places, not with merges times text.
/// </summary>
/// <remarks>
/// Equal counts are decided by the ids of the pair, smaller first. Pairs that overlap (three equal tokens hold two) are
/// counted each, and merged from the left.
/// </remarks>
internal sealed class MergeLearner
{
    private const int None = -1;

    private readonly long _minimumCount;
    private readonly IReadOnlyList<long> _pieceCounts;

    // The pieces one after another, each place a token. A merge empties the right place and joins its neighbours.
    private readonly int[] _ids;
    private readonly int[] _previous;
    private readonly int[] _next;
    private readonly int[] _pieceOf;

    private readonly Dictionary<(int Left, int Right), Pair> _pairs = [];
    private readonly PriorityQueue<Pair, Priority> _queue = new();
    private readonly List<ReadOnlyMemory<byte>> _tokens = [];
    private readonly List<(int Left, int Right)> _merges = [];

    /// <param name="pieces">The distinct pieces.</param>
    /// <param name="pieceCounts">How often each occurs.</param>
    /// <param name="minimumCount">How often a pair must occur to be merged.</param>
    public MergeLearner(ByteStringTable pieces, IReadOnlyList<long> pieceCounts, int minimumCount)
    {
        _minimumCount = minimumCount;
        _pieceCounts = pieceCounts;
        _ids = new int[pieces.ByteCount];
        _previous = new int[pieces.ByteCount];
        _next = new int[pieces.ByteCount];
        _pieceOf = new int[pieces.ByteCount];
        foreach (byte value in ByteAlphabet.BytesInOrder)
        {
            _tokens.Add(new[] { value });
        }

        LayOut(pieces);
        CountPairs();
    }

    /// <summary>The tokens by id: the bytes in GPT-2's order, then one for each merge.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Tokens => _tokens;

    /// <summary>The merges, the earliest first.</summary>
    public IReadOnlyList<(int Left, int Right)> Merges => _merges;

    /// <summary>Learns up to <paramref name="mergeCount"/> merges.</summary>
    /// <returns>How many pairs were frequent enough.</returns>
    public int Learn(int mergeCount, CancellationToken cancellationToken)
    {
        while (_merges.Count < mergeCount && _queue.TryDequeue(out Pair? pair, out Priority priority))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (pair.Count == priority.Count)
            {
                Merge(pair);
            }
            else
            {
                // Since it was queued the pair lost places to other merges.
                Enqueue(pair);
            }
        }

        return _merges.Count;
    }

    private void LayOut(ByteStringTable pieces)
    {
        byte[] order = ByteAlphabet.BytesInOrder.ToArray();
        int[] idOf = new int[order.Length];
        for (int id = 0; id < order.Length; id++)
        {
            idOf[order[id]] = id;
        }

        int place = 0;
        for (int piece = 0; piece < pieces.Count; piece++)
        {
            ReadOnlySpan<byte> bytes = pieces[piece];
            for (int i = 0; i < bytes.Length; i++, place++)
            {
                _ids[place] = idOf[bytes[i]];
                _previous[place] = i == 0 ? None : place - 1;
                _next[place] = i + 1 == bytes.Length ? None : place + 1;
                _pieceOf[place] = piece;
            }
        }
    }

    private void CountPairs()
    {
        for (int place = 0; place < _ids.Length; place++)
        {
            if (_next[place] != None)
            {
                AddOccurrence(_ids[place], _ids[_next[place]], place);
            }
        }

        foreach (Pair pair in _pairs.Values)
        {
            Enqueue(pair);
        }
    }

    private void Merge(Pair pair)
    {
        int merged = _tokens.Count;
        _tokens.Add((byte[])[.. _tokens[pair.Left].Span, .. _tokens[pair.Right].Span]);
        _merges.Add((pair.Left, pair.Right));

        // Places ascend: all of a pair's arise in one sweep, when the younger of its tokens is made. Hence the leftmost
        // of overlapping places comes first. Some are stale, for another merge took one of their tokens.
        List<Pair> created = [];
        foreach (int place in pair.Places)
        {
            int right = _next[place];
            if (_ids[place] != pair.Left || right == None || _ids[right] != pair.Right)
            {
                continue;
            }

            int before = _previous[place];
            int after = _next[right];
            if (before != None)
            {
                RemoveOccurrence(_ids[before], pair.Left, before);
                AddOccurrence(_ids[before], merged, before, created);
            }

            if (after != None)
            {
                RemoveOccurrence(pair.Right, _ids[after], right);
                AddOccurrence(merged, _ids[after], place, created);
                _previous[after] = place;
            }

            _ids[place] = merged;
            _ids[right] = None;
            _next[place] = after;
        }

        pair.Retire();
        foreach (Pair newPair in created)
        {
            Enqueue(newPair);
        }
    }

    private void AddOccurrence(int left, int right, int place, List<Pair>? created = null)
    {
        if (!_pairs.TryGetValue((left, right), out Pair? pair))
        {
            pair = new Pair(left, right);
            _pairs.Add((left, right), pair);
            created?.Add(pair);
        }

        pair.Count += _pieceCounts[_pieceOf[place]];
        pair.Places.Add(place);
    }

    private void RemoveOccurrence(int left, int right, int place) =>
        _pairs[(left, right)].Count -= _pieceCounts[_pieceOf[place]];

    private void Enqueue(Pair pair)
    {
        if (pair.Count >= _minimumCount)
        {
            _queue.Enqueue(pair, new Priority(pair.Count, pair.Left, pair.Right));
        }
    }

    private sealed class Pair(int left, int right)
    {
        public int Left { get; } = left;

        public int Right { get; } = right;

        /// <summary>How often the pair occurs in the text.</summary>
        public long Count { get; set; }

        /// <summary>Where its left token stands or stood.</summary>
        public List<int> Places { get; private set; } = [];

        /// <summary>Frees what a merged pair no longer needs.</summary>
        public void Retire()
        {
            Count = 0;
            Places = [];
        }
    }

    /// <summary>Orders the queue: the frequent first, then by ids.</summary>
    private readonly record struct Priority(long Count, int Left, int Right) : IComparable<Priority>
    {
        public int CompareTo(Priority other)
        {
            int order = other.Count.CompareTo(Count);
            order = order != 0 ? order : Left.CompareTo(other.Left);
            return order != 0 ? order : Right.CompareTo(other.Right);
        }
    }
}
