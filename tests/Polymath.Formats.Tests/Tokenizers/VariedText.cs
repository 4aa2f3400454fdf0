using System.Text;
using CsCheck;

namespace Polymath.Formats.Tests.Tokenizers;

/// <summary>Text of many scripts and habits, for comparing tokenizers.</summary>
internal static class VariedText
{
    // No letter beyond the basic plane: .NET's regular expressions see two surrogates there.
    private static readonly string[] Fragments =
    [
        "a", "The", " quick", " brown", "fox", "'s", "'S", "'re", "'LL", "'x", "don't", " it's", "WE'VE", "O'Neill",
        " ", "  ", "    ", "\t", "\n", "\n\n", "\r\n", " \n ", "\u00a0", "\u2003", "\u3000", "\u2028", "\u0085", "\v",
        "0", "7", "42", "123", "1984", "3.14159", "1,000,000", "٣٤", "Ⅷ", "½", "①",
        "é", "naïve", "Straße", "Ωμέγα", "Жизнь", "İstanbul", "中文字符", "日本語テキスト", "ひらがな", "한국어", "각",
        "مرحبا بالعالم", "שלום", "हिन्दी", "ไทย", "e\u0301", "\u0301", "q\u0323\u0307", "\u0bcd",
        "😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "👍🏽", "❤️", "☃", "→", "≠", "№", "€", "©",
        "!", "?!", "...", "—", "(", ")", "{}", "[]", ";", "//", "/* */", "=>", "==", "_", "#", "$", "@", "\\",
        "\"", "`",
        "\0", "\u0007", "\u001b[0m", "\u001c", "\u200b", "\u200d", "\ufeff", "\ufffd",
        "public static void Main(string[] args)", "def f(x):\n    return x ** 2\n", "<p class=\"x\">",
        "https://x.org/a?b=c", "SELECT * FROM t WHERE id = 1;", "camelCaseName", "SCREAMING_SNAKE", "x86_64",
        "v1.2.3-rc.4",
    ];

    /// <summary>Random sequences of the fragments.</summary>
    public static Gen<string> Fragmentary { get; } = Gen.OneOf(Fragments).Array[0, 40].Select(string.Concat);

    /// <summary>Random scalars, mostly of the scripts in use, some of anywhere.</summary>
    public static Gen<string> Scalars { get; } = Gen.OneOf(
            Gen.Int[0, 0x2FF], Gen.Int[0x300, 0x36F], Gen.Int[0, 0x33FF], Gen.Int[0, 0xD7FF], Gen.Int[0xE000, 0x10FFFF])
        .Array[0, 40]
        .Select(scalars => string.Concat(scalars.Select(char.ConvertFromUtf32)));

    /// <summary>Fragments and random scalars mixed.</summary>
    public static Gen<string> Any { get; } =
        Gen.OneOf(Fragmentary, Scalars).Array[1, 3].Select(string.Concat);

    /// <summary>Any bytes: text, broken text, noise.</summary>
    public static Gen<byte[]> Bytes { get; } = Gen.OneOf(
            Gen.Byte.Array[0, 60],
            Any.Select(Encoding.UTF8.GetBytes),
            Gen.Select(Any, Gen.Int[0, 200], Gen.Byte, Corrupt))
        .Array[1, 3]
        .Select(parts => parts.SelectMany(part => part).ToArray());

    private static byte[] Corrupt(string text, int position, byte value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > 0)
        {
            bytes[position % bytes.Length] = value;
        }

        return bytes;
    }
}
