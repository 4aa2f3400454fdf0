using System.Buffers;
using System.Text;

namespace Polymath.Formats.Tokenizers;

/// <summary>Finds added tokens in text: the leftmost, and of those at one place the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly SearchValues<byte> _firstBytes;

    /// <summary>By first byte, the lengths in bytes that tokens have, the longest first: few for many tokens.</summary>
    private readonly int[][] _lengths = new int[256][];

    private readonly ByteStringTable _contents = new();
    private readonly List<int> _ids = [];

    private AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        foreach (AddedToken token in tokens)
        {
            _contents.Add(Encoding.UTF8.GetBytes(token.Content));
            _ids.Add(token.Id);
        }

        var groups = Enumerable.Range(0, _contents.Count)
            .GroupBy(index => _contents[index][0], index => _contents[index].Length)
            .ToArray();
        foreach (var group in groups)
        {
            _lengths[group.Key] = [.. group.Distinct().OrderDescending()];
        }

        _firstBytes = SearchValues.Create([.. groups.Select(group => group.Key)]);
    }

    /// <summary>A matcher for these tokens, whose contents differ, or null where there are none.</summary>
    public static AddedTokenMatcher? Create(IEnumerable<AddedToken> tokens) =>
        tokens.Any() ? new AddedTokenMatcher(tokens) : null;

    /// <summary>Finds the first token at or after <paramref name="start"/>.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(ReadOnlySpan<byte> utf8, int start, out int position, out int length, out int id)
    {
        for (position = start; ; position++)
        {
            int distance = utf8[position..].IndexOfAny(_firstBytes);
            if (distance < 0)
            {
                length = id = 0;
                return false;
            }

            position += distance;
            if (TryMatch(utf8[position..], out length, out id))
            {
                return true;
            }
        }
    }

    private bool TryMatch(ReadOnlySpan<byte> utf8, out int length, out int id)
    {
        foreach (int candidate in _lengths[utf8[0]])
        {
            if (candidate <= utf8.Length && _contents.Find(utf8[..candidate]) is >= 0 and int index)
            {
                (length, id) = (candidate, _ids[index]);
                return true;
            }
        }

        length = id = 0;
        return false;
    }
}
