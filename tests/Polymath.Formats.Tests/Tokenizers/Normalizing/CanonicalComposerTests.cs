using System.Text;
using CsCheck;
using Polymath.Formats.Tokenizers.Normalizing;

namespace Polymath.Formats.Tests.Tokenizers.Normalizing;

public sealed class CanonicalComposerTests
{
    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("\u212b", "Å")]
    [InlineData("\u1e9b\u0323", "\u1e9b\u0323")]
    [InlineData("s\u0307\u0323", "\u1e69")]
    [InlineData("a\u0302\u0301x\u0301", "\u1ea5x\u0301")]
    [InlineData("\u0915\u093c", "\u0915\u093c")]
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("\u1112\u1161\u11ab", "한")]
    [InlineData("\ud558\u11ab", "한")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\uf900", "豈")]
    [InlineData("\ud834\udd5e", "\ud834\udd57\ud834\udd65")]
    [InlineData("\ud804\udc99\ud804\udcba", "\ud804\udc9a")]
    [InlineData("\u0301", "\u0301")]
    [InlineData("a\u0328\u0301\u0302", "\u0105\u0301\u0302")]
    [InlineData("e\u030b\u0301", "e\u030b\u0301")]
    public void BringsTextIntoFormC(string text, string expected) =>
        Assert.Equal(Escape(expected), Escape(Encoding.UTF8.GetString(Compose(Encoding.UTF8.GetBytes(text)))));

    [Fact]
    public void EveryScalarComposesAsItsFullDecompositionDoes()
    {
        CanonicalEquivalence tables = CanonicalEquivalence.Tables;
        CanonicalComposer composer = new();
        List<int> decomposition = [];
        for (int scalar = 0xC0; scalar < 0x2FA20; scalar++)
        {
            if (!Rune.IsValid(scalar))
            {
                continue;
            }

            decomposition.Clear();
            tables.Decompose(scalar, decomposition);
            if (decomposition is [int itself] && itself == scalar)
            {
                continue;
            }

            string taken = string.Concat(decomposition.Select(char.ConvertFromUtf32));
            byte[] whole = composer.Compose(Encoding.UTF8.GetBytes(char.ConvertFromUtf32(scalar))).ToArray();
            Assert.Equal(whole, composer.Compose(Encoding.UTF8.GetBytes(taken)).ToArray());
        }
    }

    [Fact]
    public void ComposedTextStaysAsItIs() =>
        VariedText.Bytes.Sample(bytes =>
        {
            byte[] once = Compose(bytes);
            Assert.Equal(once, Compose(once));
        });

    [Fact]
    public void OrderOfMarksOfDifferentClassesDoesNotMatter() =>
        Gen.Select(Gen.OneOf('a', 'o', 'u', 'x'), Gen.Shuffle(new[] { '\u0301', '\u0323', '\u031b', '\u0345' }))
            .Sample((letter, marks) =>
                Assert.Equal(
                    Compose(Encoding.UTF8.GetBytes($"{letter}\u0301\u0323\u031b\u0345")),
                    Compose(Encoding.UTF8.GetBytes(letter + new string(marks)))));

    [Fact]
    public void BytesThatAreNotUtf8PassAndSeparate()
    {
        byte[] text = [.. "e"u8, 0xFF, .. "\u0301e\u0301"u8, 0xC3];
        Assert.Equal([.. "e"u8, 0xFF, .. "\u0301é"u8, 0xC3], Compose(text));
    }

    private static byte[] Compose(byte[] utf8) => new CanonicalComposer().Compose(utf8).ToArray();

    private static string Escape(string text) =>
        string.Join(' ', text.EnumerateRunes().Select(rune => $"{rune.Value:X4}"));
}
