using System.Text;
using Polymath.Compute;
using Polymath.Fields.Text.Sources;
using Polymath.Fields.Text.Sources.DotnetDocs;

namespace Polymath.Fields.Tests.Text.Sources.DotnetDocs;

public sealed class DotnetDocsSourceTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void OneDocumentATypeWithItsMembersAndNestedTypes()
    {
        Pack("A/1.0.0", "a",
            ("T:N.Tree`1", "A tree of many things."),
            ("T:N.Tree`1.Leaf", "Ends one of its branches."),
            ("M:N.Tree`1.Leaf.Fall", "Lets the leaf fall down."),
            ("M:N.Tree`1.Leaf.Fall(System.Int32)", "Lets it fall from some height."),
            ("T:N.Tree", "Makes trees without further ado."));
        Assert.Equal(
            "N.Tree\nA tree of many things.\n\nN.Tree.Leaf\nEnds one of its branches.\n\nLeaf.Fall\nLets the leaf " +
            "fall down.\nLets it fall from some height.\n\nN.Tree\nMakes trees without further ado.\n\n",
            All(new DotnetDocsSource(_root.Path)).Single());
    }

    [Fact]
    public void ParagraphsThatSayTheSameStandOnce()
    {
        Pack("A/1.0.0", "a", ("T:N.A", "Represents the first <see cref=\"T:N.A\" /> of 2 things."));
        Pack("B/1.0.0", "b",
            ("T:N.B", "Represents the first <see cref=\"T:N.B\" /> of 3 things."),
            ("T:N.C", "Is another thing altogether."));
        Pack("C/1.0.0", "a", ("T:N.A", "Represents the first <see cref=\"T:N.A\" /> of 2 things."));
        var source = new DotnetDocsSource(_root.Path);
        Assert.Equal(
            ["N.A\nRepresents the first A of 2 things.\n\n", "N.C\nIs another thing altogether.\n\n"],
            All(source).Order());
        Assert.Contains("1 repeated paragraphs", source.SplitRule, StringComparison.Ordinal);
    }

    [Fact]
    public void OfEachPackTheNewestVersionCounts()
    {
        Pack("A/9.0.12", "a", ("T:N.Old", "Described in the old version."));
        Pack("A/10.0.1", "a", ("T:N.New", "Described in the new version."));
        Pack("A/10.0.1-rc.2", "a", ("T:N.Preview", "Described in the preview version."));
        Assert.Equal("N.New\nDescribed in the new version.\n\n", All(new DotnetDocsSource(_root.Path)).Single());
    }

    [Fact]
    public void TheSplitFollowsTheNameAloneAndHitsItsShare()
    {
        (string, string)[] types = [.. Enumerable.Range(0, 1000).Select(i => ($"T:N.Type{i}", Sentence(i)))];
        Pack("A/1.0.0", "a", types);
        HashSet<string> before = Names(new DotnetDocsSource(_root.Path, 0.1), TextPart.Validation);
        Assert.InRange(before.Count, 70, 130);
        Pack("A/2.0.0", "b", [.. types.Reverse().Select(type => (type.Item1, type.Item2 + " Now with more words."))]);
        var after = new DotnetDocsSource(_root.Path, 0.1);
        Assert.Equal(before, Names(after, TextPart.Validation));
        Assert.Empty(before.Intersect(Names(after, TextPart.Training)));
    }

    [Fact]
    public void TrainingParagraphsMadeOfValidationTextAreDropped()
    {
        var text = "the quick brown fox jumps over the lazy dog and runs away from all of the hunters";
        var validation = Documents("V", $"Once {text}.");
        List<TypeDocumentation> training = Documents(
            "T", $"Twice {text} again!", "An entirely different paragraph of text that shares nothing with it.");
        Assert.Equal(1, ParagraphDeduplication.DropCopiesOf(validation, training));
        Assert.Equal("An entirely", training[0].Members[0].Paragraphs.Single().Text[..11]);
    }

    [Fact]
    public void AFolderWithoutAnSdkIsRefused() => Assert.Contains(
        _root.Path,
        Assert.Throws<InvalidInputException>(() => new DotnetDocsSource(_root.Path)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void TheSdkOnThisMachineGivesCleanTextWithoutSharedSentences()
    {
        var source = new DotnetDocsSource();
        string[] training = Lines(source, TextPart.Training);
        string[] validation = Lines(source, TextPart.Validation);
        Assert.True(source.Measure(TextPart.Training).ByteCount > 1_000_000);
        Assert.True(source.Measure(TextPart.Validation).ByteCount > 50_000);
        string[] shared = [.. validation.Intersect(training).Where(line => line.Split(' ').Length > 3)];
        Assert.Empty(shared);
        Assert.DoesNotContain(training, line => line.Contains("  ", StringComparison.Ordinal));
        Assert.DoesNotContain(training, line => line.AsSpan().ContainsAnyInRange('\uE000', '\uE001'));
        int marked = training.Count(line => line.Contains("</", StringComparison.Ordinal));
        Assert.True(marked < training.Length / 1000, $"{marked} of {training.Length} lines hold markup");
    }

    private static string Sentence(int number) => "The word is " +
        new string([.. $"{number + 1000}".Select(digit => (char)(digit - '0' + 'a'))]) + " here.";

    private static List<TypeDocumentation> Documents(string name, params string[] texts) =>
    [
        new(name, [new DocumentationMember(
            DocumentationId.Parse($"T:{name}"), [.. texts.Select((text, i) => new Paragraph(text, (UInt128)i))])]),
    ];

    private static string[] All(DotnetDocsSource source) =>
        [.. new[] { TextPart.Training, TextPart.Validation }.SelectMany(source.Read)
            .Select(block => Encoding.UTF8.GetString(block.Utf8.Span))];

    private static HashSet<string> Names(DotnetDocsSource source, TextPart part) =>
        [.. source.Read(part).Select(block => block.Document)];

    private static string[] Lines(DotnetDocsSource source, TextPart part) =>
        Encoding.UTF8.GetString(source.ReadHead(part)).Split('\n');

    private void Pack(string pack, string file, params (string Name, string Summary)[] members)
    {
        var xml = new StringBuilder("<doc><members>");
        foreach ((string name, string summary) in members)
        {
            xml.Append($"<member name=\"{name}\"><summary>{summary}</summary></member>");
        }

        xml.Append("</members></doc>");
        _root.Write($"packs/{pack}/ref/net/{file}.xml", Encoding.UTF8.GetBytes(xml.ToString()));
    }
}
