namespace Polymath.Learning;

/// <summary>How far two words are apart: insertions, deletions and substitutions (Levenshtein, 1966), for suggestions.</summary>
public static class EditDistance
{
    /// <summary>The fewest edits of one letter that turn one word into the other, case ignored.</summary>
    public static int Between(ReadOnlySpan<char> first, ReadOnlySpan<char> second)
    {
        var row = new int[second.Length + 1];
        for (int column = 0; column < row.Length; column++)
        {
            row[column] = column;
        }

        for (int line = 1; line <= first.Length; line++)
        {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.Length; column++)
            {
                bool same = char.ToLowerInvariant(first[line - 1]) == char.ToLowerInvariant(second[column - 1]);
                int edited = diagonal + (same ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.Min(edited, 1 + Math.Min(row[column], row[column - 1]));
            }
        }

        return row[^1];
    }
}
