using System.IO.Hashing;
using System.Text;

namespace Polymath.Fields.Translation;

/// <summary>
/// What near-duplicates share: the words of a sentence without its placeholders, numbers, marks and case, short
/// words (articles, prepositions) left out where longer ones remain, in alphabetical order.
/// </summary>
public static class SentenceKey
{
    private const int LongWord = 4;

    /// <summary>The key.</summary>
    public static string Of(string sentence)
    {
        string text = Placeholders.Remove(sentence).ToLowerInvariant();
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (char character in text)
        {
            if (char.IsLetter(character))
            {
                word.Append(character);
            }
            else
            {
                End();
            }
        }

        End();
        List<string> longWords = words.FindAll(candidate => candidate.Length >= LongWord);
        List<string> kept = longWords.Count > 0 ? longWords : words;
        return string.Join(' ', kept.Distinct().Order(StringComparer.Ordinal));

        void End()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }

    /// <summary>Whether sentences with this key are held out; a share of all keys is.</summary>
    public static bool HoldsOut(string key, double share) =>
        XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(key)) < share * Math.Pow(2, 64);
}
