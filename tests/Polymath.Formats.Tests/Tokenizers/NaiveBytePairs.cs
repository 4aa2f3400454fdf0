namespace Polymath.Formats.Tests.Tokenizers;

/// <summary>Byte pairs by the letter of the definition, as slow as that is: what the real ones must equal.</summary>
internal static class NaiveBytePairs
{
    /// <summary>Learns merges: counts all pairs anew, takes the most frequent, of equals the smallest ids.</summary>
    /// <param name="pieces">Ids of the bytes of every piece of the text, repeated as often as it occurs.</param>
    /// <param name="mergeCount">How many merges at most.</param>
    /// <param name="minimumCount">How often a pair must occur.</param>
    public static List<(int Left, int Right)> Learn(IEnumerable<int[]> pieces, int mergeCount, int minimumCount)
    {
        List<List<int>> text = [.. pieces.Select(piece => piece.ToList())];
        List<(int Left, int Right)> merges = [];
        while (merges.Count < mergeCount)
        {
            var best = text
                .SelectMany(piece => piece.Zip(piece.Skip(1)))
                .GroupBy(pair => pair)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key.First)
                .ThenBy(group => group.Key.Second)
                .FirstOrDefault();
            if (best is null || best.Count() < minimumCount)
            {
                break;
            }

            foreach (List<int> piece in text)
            {
                Apply(piece, best.Key, 256 + merges.Count);
            }

            merges.Add(best.Key);
        }

        return merges;
    }

    /// <summary>Encodes a piece: applies the merges one after another, each everywhere from the left.</summary>
    public static List<int> Encode(IEnumerable<int> piece, IReadOnlyList<(int Left, int Right)> merges)
    {
        List<int> ids = [.. piece];
        for (int rank = 0; rank < merges.Count; rank++)
        {
            Apply(ids, merges[rank], 256 + rank);
        }

        return ids;
    }

    private static void Apply(List<int> piece, (int Left, int Right) pair, int merged)
    {
        for (int i = 0; i + 1 < piece.Count; i++)
        {
            if ((piece[i], piece[i + 1]) == pair)
            {
                piece[i] = merged;
                piece.RemoveAt(i + 1);
            }
        }
    }
}
