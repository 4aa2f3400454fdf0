using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Polymath.Formats.Tokenizers;
using Polymath.Formats.Tokenizers.PreTokenizing;

namespace Polymath.Formats.Tests.Tokenizers.PreTokenizing;

public sealed partial class PieceScannerTests
{
    public static TheoryData<PreTokenization> Patterns =>
        [PreTokenization.Gpt2, PreTokenization.Llama3, PreTokenization.Qwen];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void CutsExactlyAsThePublishedExpression(PreTokenization pattern) =>
        VariedText.Any.Sample(
            text => Assert.Equal(CutByExpression(pattern, text), Cut(pattern, Encoding.UTF8.GetBytes(text))),
            iter: 4000);

    [Theory]
    [MemberData(nameof(Patterns))]
    public void CutsRunsOfFewCharactersAsThePublishedExpression(PreTokenization pattern) =>
        Gen.OneOf(" ", " ", "\n", "\r", "\t", "a", "s", "S", "'", "1", "!", "\u3000", "\u0301", "l", "\ud83d\ude00")
            .Array[0, 12].Select(string.Concat).Sample(
                text => Assert.Equal(CutByExpression(pattern, text), Cut(pattern, Encoding.UTF8.GetBytes(text))),
                iter: 20000);

    [Theory]
    [InlineData(PreTokenization.Gpt2, "I've 1234 'S  x\n\ny ", "I|'ve| 1234| '|S| | x|\n|\n|y| ")]
    [InlineData(PreTokenization.Llama3, "I'VE 1234 (x)\n\n y  ", "I|'VE| |123|4| (|x|)\n\n| y|  ")]
    [InlineData(PreTokenization.Qwen, "I'VE 12 (x) \r\n\n  y", "I|'VE| |1|2| (|x|)| \r\n\n| | y")]
    [InlineData(PreTokenization.Qwen, "a'ſb 𝐀𝐁😀c", "a|'ſ|b| 𝐀𝐁|😀c")]
    [InlineData(PreTokenization.None, "one piece, whatever", "one piece, whatever")]
    public void CutsKnownText(PreTokenization pattern, string text, string pieces) =>
        Assert.Equal(pieces.Split('|'), Cut(pattern, Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString));

    [Theory]
    [MemberData(nameof(Patterns))]
    public void PiecesOfAnyBytesAreNotEmptyAndTogetherTheText(PreTokenization pattern) =>
        VariedText.Bytes.Sample(bytes =>
        {
            List<byte[]> pieces = Cut(pattern, bytes);
            Assert.All(pieces, Assert.NotEmpty);
            Assert.Equal(bytes, pieces.SelectMany(piece => piece));
        });

    [Theory]
    [MemberData(nameof(Patterns))]
    public void BytesThatAreNotUtf8AreAPieceOfTheirOwn(PreTokenization pattern)
    {
        byte[] text = [.. "ab "u8, 0xFF, 0xC3, .. "cd"u8, 0xE2, 0x82];
        Assert.Equal([[.. "ab"u8], [.. " "u8], [0xFF, 0xC3], [.. "cd"u8], [0xE2, 0x82]], Cut(pattern, text));
    }

    private static List<byte[]> Cut(PreTokenization pattern, byte[] utf8)
    {
        List<byte[]> pieces = [];
        for (int start = 0; start < utf8.Length;)
        {
            int end = PieceScanner.End(pattern, utf8, start);
            pieces.Add(utf8[start..end]);
            start = end;
        }

        return pieces;
    }

    /// <summary>Cuts by .NET's engine; a character of the same class stands in for each surrogate pair.</summary>
    private static List<byte[]> CutByExpression(PreTokenization pattern, string text)
    {
        StringBuilder standIns = new();
        List<Rune> runes = [.. text.EnumerateRunes()];
        foreach (Rune rune in runes)
        {
            standIns.Append(rune.IsBmp ? (char)rune.Value : StandIn(rune));
        }

        Regex expression = pattern switch
        {
            PreTokenization.Gpt2 => Gpt2(),
            PreTokenization.Llama3 => Llama3(),
            _ => Qwen(),
        };
        List<byte[]> pieces = [];
        foreach (ValueMatch match in expression.EnumerateMatches(standIns.ToString()))
        {
            string piece = string.Concat(runes.Skip(match.Index).Take(match.Length));
            pieces.Add(Encoding.UTF8.GetBytes(piece));
        }

        return pieces;
    }

    private static char StandIn(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.OtherLetter => 'Ω',
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => '٣',
        _ => '☃',
    };

    [GeneratedRegex(PiecePatterns.Gpt2)]
    private static partial Regex Gpt2();

    // The long s spelt out: Unicode folds it to s, and so do the published tokenizers, but .NET does not.
    [GeneratedRegex("'ſ|" + PiecePatterns.Llama3)]
    private static partial Regex Llama3();

    [GeneratedRegex("'ſ|" + PiecePatterns.Qwen)]
    private static partial Regex Qwen();
}
