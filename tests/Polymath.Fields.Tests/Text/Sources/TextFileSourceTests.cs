using System.Text;
using Polymath.Compute;
using Polymath.Fields.Text.Sources;

namespace Polymath.Fields.Tests.Text.Sources;

public sealed class TextFileSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ASingleFileHoldsOutItsLastTenth()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1003).Select(i => $"{i % 10}")));
        var source = new TextFileSource([_folder.Write("a.anything", text)]);
        Assert.Equal(text[..902], Read(source, TextPart.Training));
        Assert.Equal(text[902..], Read(source, TextPart.Validation));
        Assert.Equal(SplitMethod.Tails, source.Split);
        Assert.Equal(new TextStatistics(1, 101), source.Measure(TextPart.Validation));
    }

    [Fact]
    public void TheCutFallsBetweenCharacters()
    {
        for (int length = 2; length < 40; length++)
        {
            byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("é茶𝄞", length)));
            var source = new TextFileSource(
                [_folder.Write("a.txt", text)], new TextFileOptions { ValidationShare = 0.37 });
            byte[] training = Read(source, TextPart.Training);
            byte[] validation = Read(source, TextPart.Validation);
            Assert.Equal(text, training.Concat(validation));
            Assert.True(System.Text.Unicode.Utf8.IsValid(training) && System.Text.Unicode.Utf8.IsValid(validation));
        }
    }

    [Fact]
    public void LongFilesComeInBlocksOfWholeCharacters()
    {
        string lines = string.Concat(Enumerable.Repeat("Zeile für Zeile, 茶.\n", 60_000));
        string endless = string.Concat(Enumerable.Repeat("茶é𝄞", 200_000));
        foreach (string text in new[] { lines, endless })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            var source = new TextFileSource([_folder.Write("long.txt", bytes)]);
            var read = new MemoryStream();
            int blockCount = 0;
            foreach (TextBlock block in source.Read(TextPart.Training))
            {
                Assert.True(System.Text.Unicode.Utf8.IsValid(block.Utf8.Span));
                Assert.Equal(blockCount++ == 0, block.StartsDocument);
                read.Write(block.Utf8.Span);
            }

            Assert.True(blockCount > 1);
            Assert.Equal(bytes[..(int)read.Length], read.ToArray());
            Assert.Equal(source.Measure(TextPart.Training).ByteCount, read.Length);
        }
    }

    [Fact]
    public void AByteOrderMarkIsNoText()
    {
        var source = new TextFileSource([_folder.Write("a.txt", [0xEF, 0xBB, 0xBF, .. "0123456789"u8])]);
        Assert.Equal("012345678"u8, Read(source, TextPart.Training));
        Assert.Equal("9"u8, Read(source, TextPart.Validation));
    }

    [Fact]
    public void AllFaultsAreToldAtOnce()
    {
        string bad = _folder.Write("bad.txt", [.. "good"u8, 0xFF, .. "more"u8]);
        string cut = _folder.Write("cut.txt", [.. "good"u8, 0xE2, 0x82]);
        string utf16 = _folder.Write("utf16.txt", [0xFF, 0xFE, 0x41, 0x00]);
        string empty = _folder.Write("empty.txt", []);
        string onlyMark = _folder.Write("mark.txt", [0xEF, 0xBB, 0xBF]);
        string none = Directory.CreateDirectory(_folder["none"]).FullName;
        string missing = _folder["missing.txt"];
        InvalidInputException fault = Assert.Throws<InvalidInputException>(
            () => new TextFileSource([bad, cut, utf16, empty, onlyMark, none, missing]));
        string[] lines = fault.Message.Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.Contains($"{bad}: not UTF-8: byte 0xFF at offset 4; expected text in UTF-8.", lines);
        Assert.Contains($"{cut}: not UTF-8: an incomplete character at offset 4; expected text in UTF-8.", lines);
        Assert.Contains(lines, line => line.StartsWith($"{utf16}: not UTF-8 but UTF-16", StringComparison.Ordinal));
        Assert.Contains($"{empty}: the file is empty; expected text in UTF-8.", lines);
        Assert.Contains($"{onlyMark}: the file is empty; expected text in UTF-8.", lines);
        Assert.Contains(lines, line => line.StartsWith($"{none}: the folder holds no text", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith($"{missing}: no such file", StringComparison.Ordinal));
    }

    [Fact]
    public void ABadByteFarIntoALongFileIsNamedByItsOffset()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("茶", 300_000)));
        text[700_001] = 0x20;
        InvalidInputException fault =
            Assert.Throws<InvalidInputException>(() => new TextFileSource([_folder.Write("a.txt", text)]));
        Assert.Contains("byte 0xE8 at offset 699999", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TooLittleToSplitIsSaid() => Assert.Contains(
        "too few to hold out",
        Assert.Throws<InvalidInputException>(() => new TextFileSource([_folder.Write("a.txt", "x"u8)])).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    [InlineData(double.NaN)]
    public void ASenselessShareIsRefused(double share) => Assert.Throws<InvalidInputException>(() =>
        new TextFileSource([_folder.Write("a.txt", "text"u8)], new TextFileOptions { ValidationShare = share }));

    [Fact]
    public void FoldersAreSearchedWithoutHiddenOrForeignFilesAndInOrder()
    {
        _folder.Write("t/b.txt", "b"u8);
        _folder.Write("t/a/z.md", "z"u8);
        _folder.Write("t/A.TXT", "A"u8);
        _folder.Write("t/.hidden.txt", "h"u8);
        _folder.Write("t/.git/c.txt", "c"u8);
        _folder.Write("t/image.png", [0xFF]);
        _folder.Write("t/empty.txt", []);
        Directory.CreateSymbolicLink(_folder["t/loop"], _folder["t"]);
        var errors = new List<string>();
        IReadOnlyList<string> files = TextFiles.Find([_folder["t"], _folder["t/b.txt"]], errors);
        Assert.Equal([_folder["t/A.TXT"], _folder["t/a/z.md"], _folder["t/b.txt"]], files);
        Assert.Empty(errors);
    }

    [Fact]
    public void ManyDocumentsAreSplitWholeAndStayOnTheirSide()
    {
        WriteDocuments("t", 200);
        var first = new TextFileSource([_folder["t"]]);
        Assert.Equal(SplitMethod.Documents, first.Split);
        HashSet<string> heldOut = Documents(first, TextPart.Validation);
        HashSet<string> learnt = Documents(first, TextPart.Training);
        Assert.Equal(200, heldOut.Count + learnt.Count);
        Assert.InRange(heldOut.Count, 10, 40);

        // Elsewhere, under other names, and beside new documents, each is on the side that it was on.
        Directory.Move(_folder["t"], _folder["moved"]);
        File.Move(_folder["moved/5.txt"], _folder["moved/renamed.txt"]);
        WriteDocuments("more", 300);
        var second = new TextFileSource([_folder["moved"], _folder["more"]]);
        Assert.Subset(Documents(second, TextPart.Validation), heldOut);
        Assert.Subset(Documents(second, TextPart.Training), learnt);
    }

    [Fact]
    public void NearDuplicatesFallOnOneSideAndCopiesAreLeftOut()
    {
        for (int i = 0; i < 60; i++)
        {
            string name = new((char)('a' + (i % 26)), 1 + (i / 26));
            _folder.Write($"t/{i}.txt", Encoding.UTF8.GetBytes($"{name} had 1 cat."));
            _folder.Write($"t/{i}-near.txt", Encoding.UTF8.GetBytes($"{name.ToUpperInvariant()} had 22 cat!"));
            _folder.Write($"t/{i}-copy.txt", Encoding.UTF8.GetBytes($"{name} had 1 cat."));
        }

        var source = new TextFileSource(
            [_folder["t"]], new TextFileOptions { Split = SplitMethod.Documents, ValidationShare = 0.3 });
        static HashSet<string> Names(HashSet<string> texts) =>
            [.. texts.Select(text => text.Split(' ')[0].ToLowerInvariant())];
        HashSet<string> training = Documents(source, TextPart.Training);
        HashSet<string> validation = Documents(source, TextPart.Validation);
        Assert.Equal(120, training.Count + validation.Count);
        Assert.Empty(Names(training).Intersect(Names(validation)));
        Assert.Contains("60 files equal to others were left out", source.SplitRule, StringComparison.Ordinal);
    }

    [Fact]
    public void TheFingerprintFollowsContentAndSplitNotPlace()
    {
        byte[] text = "some text that is long enough"u8.ToArray();
        string a = new TextFileSource([_folder.Write("a/x.txt", text)]).Fingerprint;
        string b = new TextFileSource([_folder.Write("b/y.txt", text)]).Fingerprint;
        var fifth = new TextFileOptions { ValidationShare = 0.2 };
        string share = new TextFileSource([_folder["a/x.txt"]], fifth).Fingerprint;
        text[0]++;
        string other = new TextFileSource([_folder.Write("b/y.txt", text)]).Fingerprint;
        Assert.Equal(a, b);
        Assert.Equal(3, new HashSet<string> { a, share, other }.Count);
    }

    [Fact]
    public void AFileThatShrinksMeanwhileIsNamed()
    {
        string path = _folder.Write("a.txt", "some text that is long enough"u8);
        var source = new TextFileSource([path]);
        File.WriteAllText(path, "short");
        Assert.Throws<InvalidInputException>(() => source.Read(TextPart.Training).Count());
    }

    [Fact]
    public void HeadAndTailJoinDocuments()
    {
        string[] paths = [_folder.Write("a.txt", "aaaaaaaaaé"u8), _folder.Write("b.txt", "bbbbbbbbbc"u8)];
        var source = new TextFileSource(paths);
        Assert.Equal("aaaaaaaaabbbbbbbbb"u8, source.ReadHead(TextPart.Training));
        Assert.Equal("éc"u8, source.ReadHead(TextPart.Validation));
        Assert.Empty(source.ReadHead(TextPart.Validation, 1));
        Assert.Equal("aaaaaaaaabb"u8, source.ReadHead(TextPart.Training, 11));
        Assert.Equal("abbbbbbbbb"u8, source.ReadTail(TextPart.Training, 10));
        Assert.Equal("aaaaaaaaabbbbbbbbb"u8, source.ReadTail(TextPart.Training, 100));
        Assert.Empty(source.ReadTail(TextPart.Training, 0));
    }

    private void WriteDocuments(string folder, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string word = new([.. $"{i + 1000}".Select(digit => (char)(digit - '0' + 'a'))]);
            _folder.Write($"{folder}/{i}.txt", Encoding.UTF8.GetBytes($"The {word} document."));
        }
    }

    private static HashSet<string> Documents(TextFileSource source, TextPart part) =>
        [.. source.Read(part).Select(block => Encoding.UTF8.GetString(block.Utf8.Span))];

    private static byte[] Read(TextFileSource source, TextPart part) => source.ReadHead(part);
}
