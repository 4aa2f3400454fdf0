namespace Polymath.Formats.Tokenizers.BytePairs;

/// <summary>
/// Merges the bytes of one piece into tokens: of all adjacent pairs that merge, always the one that ranks first, and of
/// equals the leftmost. One thread at a time; nothing is allocated once the buffers have grown.
/// </summary>
internal sealed class PieceEncoder
{
    // Up to here a scan for the best pair beats a heap; beyond it the scan's square cost would be an attack.
    private const int MaxScannedBytes = 96;

    private readonly MergeTable _merges;
    private readonly int[] _byteIds;
    private readonly Vocabulary? _wholePieces;
    private readonly PieceCache _cache = new();
    private readonly PriorityQueue<int, ulong> _candidates = new();
    private int[] _ids = new int[MaxScannedBytes];
    private int[] _next = new int[MaxScannedBytes];
    private int[] _previous = [];

    /// <param name="merges">Which pairs merge.</param>
    /// <param name="byteIds">The token of each byte.</param>
    /// <param name="wholePieces">Where a piece that is a token as it stands is found, if merges are ignored.</param>
    public PieceEncoder(MergeTable merges, int[] byteIds, Vocabulary? wholePieces)
    {
        _merges = merges;
        _byteIds = byteIds;
        _wholePieces = wholePieces;
    }

    /// <summary>The ids of the piece of <paramref name="length"/> bytes at <paramref name="start"/>.</summary>
    /// <returns>At least one id; valid until the next call.</returns>
    public ReadOnlySpan<int> Encode(ReadOnlySpan<byte> utf8, int start, int length)
    {
        if (length > PieceCache.MaxPieceBytes)
        {
            return Merge(utf8.Slice(start, length));
        }

        PieceCache.Key key = PieceCache.KeyOf(utf8, start, length);
        ReadOnlySpan<int> known = _cache.Find(key);
        if (known.IsEmpty)
        {
            known = Merge(utf8.Slice(start, length));
            _cache.Add(key, known);
        }

        return known;
    }

    private ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        if (_wholePieces?.Find(piece) is >= 0 and int whole && !_wholePieces.IsSpecial(whole))
        {
            _ids[0] = whole;
            return _ids.AsSpan(0, 1);
        }

        if (piece.Length > _ids.Length)
        {
            Array.Resize(ref _ids, Math.Max(piece.Length, 2 * _ids.Length));
        }

        for (int i = 0; i < piece.Length; i++)
        {
            _ids[i] = _byteIds[piece[i]];
        }

        int count = piece.Length <= MaxScannedBytes ? MergeByScan(piece.Length) : MergeByHeap(piece.Length);
        return _ids.AsSpan(0, count);
    }

    private int MergeByScan(int count)
    {
        Span<int> ids = _ids;

        // ranks[i] is that of the pair (i, i + 1).
        Span<int> ranks = stackalloc int[MaxScannedBytes];
        for (int i = 0; i + 1 < count; i++)
        {
            ranks[i] = _merges.Rank(ids[i], ids[i + 1]);
        }

        while (count > 1)
        {
            int best = IndexOfMinimum(ranks[..(count - 1)]);
            if (ranks[best] == MergeTable.None)
            {
                break;
            }

            ids[best] = _merges.Result(ranks[best]);
            ids[(best + 2)..count].CopyTo(ids[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            count--;
            if (best + 1 < count)
            {
                ranks[best] = _merges.Rank(ids[best], ids[best + 1]);
            }

            if (best > 0)
            {
                ranks[best - 1] = _merges.Rank(ids[best - 1], ids[best]);
            }
        }

        return count;
    }

    private static int IndexOfMinimum(ReadOnlySpan<int> ranks)
    {
        int best = 0;
        for (int i = 1; i < ranks.Length; i++)
        {
            best = ranks[i] < ranks[best] ? i : best;
        }

        return best;
    }

    /// <summary>The same in n log n: tokens in a linked list, candidates in a heap by rank, then place.</summary>
    private int MergeByHeap(int count)
    {
        Link(count);
        _candidates.Clear();
        for (int i = 0; i + 1 < count; i++)
        {
            AddCandidate(i, count);
        }

        while (_candidates.TryDequeue(out int left, out ulong priority))
        {
            // A candidate is stale if a neighbour merged meanwhile: then the pair there has another rank or is gone.
            int right = _next[left];
            int rank = (int)(priority >> 32);
            if (_ids[left] < 0 || right >= count || _merges.Rank(_ids[left], _ids[right]) != rank)
            {
                continue;
            }

            _ids[left] = _merges.Result(rank);
            _ids[right] = -1;
            _next[left] = _next[right];
            if (_next[left] < count)
            {
                _previous[_next[left]] = left;
                AddCandidate(left, count);
            }

            if (left > 0)
            {
                AddCandidate(_previous[left], count);
            }
        }

        int kept = 0;
        for (int i = 0; i < count; i = _next[i])
        {
            _ids[kept++] = _ids[i];
        }

        return kept;
    }

    private void Link(int count)
    {
        if (_next.Length < count || _previous.Length < count)
        {
            _next = new int[_ids.Length];
            _previous = new int[_ids.Length];
        }

        for (int i = 0; i < count; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
        }
    }

    private void AddCandidate(int left, int count)
    {
        int right = _next[left];
        int rank = right < count ? _merges.Rank(_ids[left], _ids[right]) : MergeTable.None;
        if (rank != MergeTable.None)
        {
            _candidates.Enqueue(left, ((ulong)(uint)rank << 32) | (uint)left);
        }
    }
}
