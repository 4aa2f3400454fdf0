using System.Text;

namespace Polymath.Formats.Tokenizers.BytePairs;

/// <summary>
/// GPT-2's way to write any bytes as visible text: each byte has a character of its own, itself where that is visible
/// in Latin-1, else one of U+0100 and following. Files of byte-level vocabularies spell their tokens so.
/// </summary>
internal static class ByteAlphabet
{
    private const int FirstStandIn = 0x100;

    private static readonly char[] Characters = AssignCharacters();
    private static readonly int[] Bytes = AssignBytes();

    /// <summary>The 256 bytes in the order of their characters, which is that of ids in GPT-2's vocabulary.</summary>
    public static ReadOnlySpan<byte> BytesInOrder => Order;

    private static readonly byte[] Order =
        [.. Enumerable.Range(0, 256).Select(value => (byte)value).OrderBy(value => Characters[value])];

    /// <summary>Spells bytes as characters.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        foreach (byte value in bytes)
        {
            text.Append(Characters[value]);
        }

        return text.ToString();
    }

    /// <summary>Reads characters back as bytes, or says that one of them stands for no byte.</summary>
    public static bool TryRead(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            int value = text[i] < Bytes.Length ? Bytes[text[i]] : -1;
            if (value < 0)
            {
                return false;
            }

            bytes[i] = (byte)value;
        }

        return true;
    }

    private static char[] AssignCharacters()
    {
        char[] characters = new char[256];
        int standIn = FirstStandIn;
        for (int value = 0; value < characters.Length; value++)
        {
            bool isVisible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(isVisible ? value : standIn++);
        }

        return characters;
    }

    private static int[] AssignBytes()
    {
        int[] bytes = new int[Characters.Max() + 1];
        Array.Fill(bytes, -1);
        for (int value = 0; value < Characters.Length; value++)
        {
            bytes[Characters[value]] = value;
        }

        return bytes;
    }
}
