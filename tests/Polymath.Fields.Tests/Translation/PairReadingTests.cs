using System.Text;
using CsCheck;
using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Translation;
using Polymath.Fields.Translation.Pairs;

namespace Polymath.Fields.Tests.Translation;

/// <summary>Files of pairs: what is right is read, what is wrong names file and line.</summary>
public sealed class PairReadingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("polymath-pairs-").FullName;

    [Fact]
    public void TabbedValuesWithAHeadAreOfSeveralLanguages()
    {
        string path = Write("a.tsv", "en\tes\tpt_br\nHello\tHola\tOlá\r\n\nBye\t\tTchau\n");
        Assert.Equal(
            [Pair("en", "es", "Hello", "Hola"), Pair("en", "pt-BR", "Hello", "Olá"), Pair("en", "pt-BR", "Bye", "Tchau")],
            Read(path));
    }

    [Fact]
    public void TabbedValuesWithoutAHeadNeedADirection()
    {
        string path = Write("a.tsv", "Hello there\tHola\n");
        Assert.Equal([Pair("en", "es", "Hello there", "Hola")], Read(new Direction("en", "es"), path));
        Refused("a.tsv, line 1: names no languages", path);
    }

    [Theory]
    [InlineData("en\tes\na\tb\tc\n", "a.tsv, line 2: has 3 columns, expected 2")]
    [InlineData("en\tes\na\tb\nc\n", "a.tsv, line 3: has 1 columns, expected 2")]
    [InlineData("en\ten\na\tb\n", "a.tsv, line 1: names a language twice")]
    [InlineData("", "a.tsv: is empty")]
    public void BrokenTabbedValuesNameTheLine(string content, string fault) => Refused(fault, Write("a.tsv", content));

    [Fact]
    public void AWrongEncodingNamesTheLine()
    {
        byte[] latin = Encoding.Latin1.GetBytes("en\tes\nyes\tsí\nyear\taño\n");
        Refused("a.tsv, line 2: byte 6 is not UTF-8", Write("a.tsv", latin));
        Refused("a.tsv, line 1: is UTF-16", Write("a.tsv", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("en\tes\n")]));
    }

    [Fact]
    public void AlignedFilesArePairedLineByLine()
    {
        string source = Write("c.en", "one\n\nthree\n"), target = Write("c.es", "uno\ndos\ntres");
        Assert.Equal([Pair("en", "es", "one", "uno"), Pair("en", "es", "three", "tres")], Read(source, target));
        Write("c.es", "uno\ndos\n");
        Refused("c.en has 3 lines and", source, target);
        Refused("c.es has 2: line 3 has no partner", source, target);
        Refused("c.en: has no partner", source);
        Refused("x: does not exist", "x");
    }

    [Fact]
    public void TranslationMemoriesPairTheSourceWithAllOthers()
    {
        string path = Write("m.tmx", """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE tmx SYSTEM "http://127.0.0.1:1/tmx14.dtd">
            <tmx version="1.4"><header srclang="en"/><body>
              <tu><tuv xml:lang="es"><seg>Hola <bpt i="1">&lt;b&gt;</bpt>x<ept i="1">&lt;/b&gt;</ept></seg></tuv>
                <tuv xml:lang="en-US"><seg>Hello <bpt i="1">&lt;b&gt;</bpt>x<ept i="1">&lt;/b&gt;</ept></seg></tuv>
                <tuv xml:lang="fr"><prop type="x">no</prop><seg>Salut</seg></tuv></tu>
              <tu srclang="fr"><tuv xml:lang="fr"><seg>Oui</seg></tuv><tuv xml:lang="en"><seg>Yes</seg></tuv></tu>
            </body></tmx>
            """);
        Assert.Equal(
            [
                Pair("en-US", "es", "Hello <b>x</b>", "Hola <b>x</b>"), Pair("en-US", "fr", "Hello <b>x</b>", "Salut"),
                Pair("fr", "en", "Oui", "Yes"),
            ],
            Read(path));
    }

    [Theory]
    [InlineData("<tmx><body><tu>\n<tuv xml:lang='en'><seg>a</tuv>", "m.tmx, line 2: broken TMX: The 'seg' start tag")]
    [InlineData("<tmx><body>\n<tu><tuv><seg>a</seg></tuv></tu></body></tmx>", "m.tmx, line 2: a <tuv> says no language")]
    [InlineData("<tmx><body>\n\n<tu></tu></body></tmx>", "m.tmx, line 3: the unit <tu> holds no <tuv>")]
    [InlineData("<tmx>\n<tu><tuv xml:lang='!!'><seg>a</seg></tuv></tu></tmx>", "m.tmx, line 2: '!!' is no language tag")]
    [InlineData("<html/>", "m.tmx, line 1: the root is <html>")]
    [InlineData("<!DOCTYPE t [<!ENTITY a 'aaa'>]>\n<tmx><tu><tuv xml:lang='en'><seg>&a;</seg></tuv></tu></tmx>", "m.tmx, line 2: broken TMX")]
    public void BrokenTranslationMemoriesNameTheLine(string content, string fault) => Refused(fault, Write("m.tmx", content));

    [Fact]
    public void ATranslationMemoryInAWrongEncodingNamesTheLine() => Refused(
        "m.tmx, line ", Write("m.tmx", Encoding.Latin1.GetBytes("<tmx>\n<tu><tuv xml:lang='es'><seg>año</seg></tuv></tu></tmx>")));

    [Fact]
    public void CataloguesOfMessagesAreRead()
    {
        string path = Write("x.po", """
            # comment
            msgid ""
            msgstr ""
            "Language: pt_BR\n"
            "Content-Type: text/plain; charset=UTF-8\n"

            #: a.c:1
            msgctxt "menu"
            msgid "Open"
            msgstr "Abrir"

            #, c-format, fuzzy
            #| msgid "old"
            msgid "guess"
            msgstr "adivinha"

            msgid ""
            "two "
            "lines\n"
            msgstr "duas \"linhas\"\n\x41\102\t"
            msgid "%d file"
            msgid_plural "%d files"
            msgstr[0] "%d arquivo"
            msgstr[1] "%d arquivos"

            msgid "none"
            msgstr ""
            #~ msgid "gone"
            #~ msgstr "foi"
            """);
        Assert.Equal(
            [
                Pair("en", "pt-BR", "Open", "Abrir"), Pair("en", "pt-BR", "two lines\n", "duas \"linhas\"\nAB\t"),
                Pair("en", "pt-BR", "%d file", "%d arquivo"), Pair("en", "pt-BR", "%d files", "%d arquivos"),
            ],
            Read(path));
    }

    [Fact]
    public void TheCharsetOfACatalogueIsThatOfItsHeader()
    {
        const string content = "msgid \"\"\nmsgstr \"Language: es\\nContent-Type: text/plain; charset=ISO-8859-1\\n\"\n\nmsgid \"year\"\nmsgstr \"año\"\n";
        Assert.Equal([Pair("en", "es", "year", "año")], Read(Write("x.po", Encoding.Latin1.GetBytes(content))));
        string utf8 = content.Replace("ISO-8859-1", "UTF-8", StringComparison.Ordinal);
        Refused("x.po, line 5: byte 10 is not UTF-8", Write("x.po", Encoding.Latin1.GetBytes(utf8)));
        Refused("the header's charset is KOI8-R", Write("x.po", content.Replace("ISO-8859-1", "KOI8-R", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("msgid \"a\"\nmsgstr \"b\\q\"\n", "es.po, line 2: the escape '\\q' is unknown")]
    [InlineData("msgid \"a\"\nmsgstr \"b\n", "es.po, line 2: a text does not stand in quotes")]
    [InlineData("msgid \"a\"\nmsgstr \"b\\\"\n", "es.po, line 2: a text does not stand in quotes")]
    [InlineData("\"a\"\n", "es.po, line 1: a text stands without msgid")]
    [InlineData("msgid \"a\"\n\nmsgid \"b\"\nmsgstr \"c\"\n", "es.po, line 1: the message has no msgstr")]
    [InlineData("msgid \"a\"\nmsgid \"b\"\n", "es.po, line 2: a second msgid")]
    [InlineData("msgstr \"a\"\n", "es.po, line 1: 'msgstr' does not belong here")]
    [InlineData("msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[99] \"c\"\n", "es.po, line 3: 'msgstr[99]' is no plural form")]
    public void BrokenCataloguesNameTheLine(string content, string fault) => Refused(fault, Write("es.po", content));

    [Fact]
    public void ACatalogueThatSaysNoLanguageIsRefused() =>
        Refused("messages.po, line 1: does not say its language", Write("messages.po", "msgid \"a\"\nmsgstr \"b\"\n"));

    [Fact]
    public void AnyTextComesThroughACatalogue() => Gen.String[Gen.Char[' ', '~'], 1, 30].List[1, 5].Sample(
        texts =>
        {
            var content = new StringBuilder();
            foreach (string text in texts)
            {
                string quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
                content.Append($"msgid \"{quoted}\"\nmsgstr \"\"\n\"{quoted}\"\n\n");
            }

            IReadOnlyList<SentencePair> read = Read(Write("es.po", content.ToString()));
            Assert.Equal(texts, read.Select(pair => pair.Target));
        },
        iter: 100, threads: 1);

    [Fact]
    public void RandomBytesAreReadOrRefusedByName() => Gen.Byte.Array[1, 60].Sample(
        bytes =>
        {
            foreach (string name in new[] { "es.po", "m.tmx", "a.tsv" })
            {
                try
                {
                    Read(Write(name, bytes));
                }
                catch (InvalidInputException fault)
                {
                    Assert.Contains(name, fault.Message, StringComparison.Ordinal);
                }
            }
        },
        iter: 150, threads: 1);

    [Fact]
    public void TheStringsOfResourcesAreRead()
    {
        byte[] stream = Resources(("Greeting", "Hello {0}"), ("Key", "ünï"));
        Assert.Equal([("Greeting", "Hello {0}"), ("Key", "ünï")], ResourceStrings.Read(stream, "x").Order());
        for (int length = 0; length < stream.Length; length++)
        {
            Assert.Throws<InvalidInputException>(() => ResourceStrings.Read(stream.AsSpan(0, length), "x"));
        }
    }

    [Fact]
    public void DamagedResourcesAreReadOrRefused() => Gen.Select(Gen.Int[0, 200], Gen.Byte).Sample(
        (place, value) =>
        {
            byte[] stream = Resources(("Greeting", "Hello {0}"), ("Key", "text"));
            stream[place % stream.Length] = value;
            try
            {
                ResourceStrings.Read(stream, "x");
            }
            catch (InvalidInputException fault)
            {
                Assert.StartsWith("x: ", fault.Message, StringComparison.Ordinal);
            }
        },
        iter: 1000, threads: 1);

    [Fact]
    public void TheSdkHoldsItsMessagesInThirteenLanguages()
    {
        List<SentencePair> pairs = [.. new SdkMessages().Read(_ => { }).Take(300_000)];
        Assert.Equal(13, pairs.Select(pair => pair.TargetLanguage).Distinct().Count());
        Assert.All(pairs.Take(1000), pair => Assert.Equal("en", pair.SourceLanguage));
        Assert.True(pairs.Count > 50_000, $"{pairs.Count} pairs");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // The format's own writer makes what is read.
    private static byte[] Resources(params (string Name, string Text)[] entries)
    {
        var stream = new MemoryStream();
        using (var writer = new System.Resources.ResourceWriter(stream))
        {
            foreach ((string name, string text) in entries)
            {
                writer.AddResource(name, text);
            }

            writer.Generate();
            return stream.ToArray();
        }
    }

    private static SentencePair Pair(string from, string to, string source, string target) => new(from, to, source, target, "");

    private string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private void Refused(string words, params string[] paths)
    {
        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => Read(paths));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    private IReadOnlyList<SentencePair> Read(params string[] paths) => Read(null, paths);

    private IReadOnlyList<SentencePair> Read(Direction? stated, params string[] paths) =>
    [
        .. PairSources.Open(paths, stated, new DataStore(_folder), new Progress<string>())
            .SelectMany(source => source.Read(Assert.Fail)).Select(pair => pair with { Origin = "" }),
    ];
}
