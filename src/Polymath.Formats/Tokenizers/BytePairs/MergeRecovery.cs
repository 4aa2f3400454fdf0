namespace Polymath.Formats.Tokenizers.BytePairs;

/// <summary>Recovers from ranked tokens which pair each was merged from.</summary>
/// <remarks>
/// tiktoken merges any adjacent pair whose bytes together are a token. While a token's ends are intact nothing outside
/// takes part in what happens inside, so its bytes alone, merged by lower ranks only, end as the very pair that makes
/// it anywhere. A token that does not end as a pair can only arise where an earlier merge ranks higher than it; all
/// pairs that make it up are listed then.
/// </remarks>
internal static class MergeRecovery
{
    private const int None = int.MaxValue;

    /// <summary>The merges in order of rank.</summary>
    /// <param name="tokens">By rank; an empty one is no token.</param>
    /// <param name="areComplete">Whether merging alone makes every token of its own bytes.</param>
    public static List<(int Left, int Right)> FromRanks(
        IReadOnlyList<ReadOnlyMemory<byte>> tokens, out bool areComplete)
    {
        ByteStringTable ranks = new();
        foreach (ReadOnlyMemory<byte> token in tokens)
        {
            if (token.IsEmpty || ranks.Find(token.Span) >= 0)
            {
                ranks.AddGap();
            }
            else
            {
                ranks.Add(token.Span);
            }
        }

        areComplete = true;
        List<(int Left, int Right)> merges = [];
        List<int> ends = [];
        for (int rank = 0; rank < tokens.Count; rank++)
        {
            ReadOnlySpan<byte> token = tokens[rank].Span;
            if (token.Length < 2)
            {
                continue;
            }

            MergeBelow(rank, token, ranks, ends);
            if (ends.Count == 2)
            {
                merges.Add((ranks.Find(token[..ends[0]]), ranks.Find(token[ends[0]..])));
            }
            else
            {
                areComplete = false;
                AddAllPairs(token, ranks, merges);
            }
        }

        return merges;
    }

    /// <summary>Merges the bytes of a token by ranks below its own; leaves where each part ends.</summary>
    private static void MergeBelow(int limit, ReadOnlySpan<byte> token, ByteStringTable ranks, List<int> ends)
    {
        ends.Clear();
        List<int> pairRanks = [];
        for (int end = 1; end <= token.Length; end++)
        {
            ends.Add(end);
            pairRanks.Add(end < token.Length ? Rank(token[(end - 1)..(end + 1)], ranks) : None);
        }

        while (pairRanks.Min() is int bestRank && bestRank < limit)
        {
            int best = pairRanks.IndexOf(bestRank);
            ends.RemoveAt(best);
            pairRanks.RemoveAt(best);
            for (int i = Math.Max(best - 1, 0); i <= best; i++)
            {
                int start = i == 0 ? 0 : ends[i - 1];
                pairRanks[i] = i + 1 < ends.Count ? Rank(token[start..ends[i + 1]], ranks) : None;
            }
        }
    }

    private static int Rank(ReadOnlySpan<byte> pair, ByteStringTable ranks)
    {
        int rank = ranks.Find(pair);
        return rank >= 0 ? rank : None;
    }

    private static void AddAllPairs(ReadOnlySpan<byte> token, ByteStringTable ranks, List<(int Left, int Right)> merges)
    {
        for (int cut = 1; cut < token.Length; cut++)
        {
            int left = ranks.Find(token[..cut]);
            int right = ranks.Find(token[cut..]);
            if (left >= 0 && right >= 0)
            {
                merges.Add((left, right));
            }
        }
    }
}
