using System.Formats.Tar;
using CsCheck;
using Polymath.Fields.Data.Archives;

namespace Polymath.Fields.Tests.Data.Archives;

/// <summary>Attack case 7: archive bombs and names that lead outside.</summary>
public sealed class TarExtractionTests : IDisposable
{
    private static readonly ExtractionLimits Limits = new(100, 1 << 20);

    private readonly TemporaryFolder _outer = new();
    private readonly string _folder;

    public TarExtractionTests()
    {
        _folder = Directory.CreateDirectory(_outer["inside"]).FullName;
    }

    public void Dispose() => _outer.Dispose();

    [Fact]
    public void WritesWantedFilesUnderTheirPathsAndNothingElse()
    {
        byte[] tar = Tar(File("./a/b.txt", "one"), File("a/c.bin", "two"), File("d.txt", "three"));
        int count = Extract(tar, path => path.EndsWith(".txt", StringComparison.Ordinal));
        Assert.Equal(2, count);
        Assert.Equal(["inside", "inside/a", "inside/a/b.txt", "inside/d.txt"], _outer.Entries());
        Assert.Equal("three", System.IO.File.ReadAllText(_outer["inside/d.txt"]));
    }

    [Theory]
    [InlineData("../evil.txt")]
    [InlineData("a/../../evil.txt")]
    [InlineData("/evil.txt")]
    [InlineData("./../evil.txt")]
    [InlineData("a//evil.txt")]
    [InlineData("..\\evil.txt")]
    [InlineData("C:evil.txt")]
    [InlineData("a/./evil.txt")]
    public void RefusesNamesThatLeadOutside(string name)
    {
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => Extract(Tar(File(name, "x"))));
        Assert.Contains("leads outside", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["inside"], _outer.Entries());
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    public void RefusesLinksAndDevices(TarEntryType type)
    {
        var entry = new PaxTarEntry(type, "link");
        if (type != TarEntryType.Fifo)
        {
            entry.LinkName = "/etc/passwd";
        }

        Assert.Throws<InvalidDataException>(() => Extract(Tar(entry)));
        Assert.Equal(["inside"], _outer.Entries());
    }

    [Fact]
    public void PassesOverLinksThatNobodyWants()
    {
        var link = new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "/" };
        Assert.Equal(1, Extract(Tar(link, File("a.txt", "x")), path => path == "a.txt"));
    }

    [Fact]
    public void RefusesTheSameFileTwice() =>
        Assert.Throws<InvalidDataException>(() => Extract(Tar(File("a", "1"), File("./a", "2"))));

    [Fact]
    public void RefusesAFileBelowAFile() =>
        Assert.ThrowsAny<IOException>(() => Extract(Tar(File("a", "1"), File("a/b", "2"))));

    [Fact]
    public void StopsABombEvenInAFileThatNobodyWants()
    {
        byte[] tar = Tar(File("bomb", new string('0', 2 << 20)), File("a", "x"));
        InvalidDataException fault =
            Assert.Throws<InvalidDataException>(() => Extract(tar, path => path == "a"));
        Assert.Contains("more than 1048576 bytes", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StopsAtTooManyEntries()
    {
        byte[] tar = Tar([.. Enumerable.Range(0, 101).Select(i => File($"f{i}", ""))]);
        Assert.Throws<InvalidDataException>(() => Extract(tar, _ => false));
    }

    [Fact]
    public void DamagedArchivesFailCleanlyAndStayInside()
    {
        byte[] sound = Tar(File("a/b.txt", "one"), File("c", new string('x', 3000)));
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte, Gen.Int[0, sound.Length]).Sample((at, value, length) =>
        {
            byte[] damaged = (byte[])sound.Clone();
            damaged[at] = value;
            using var folder = new TemporaryFolder();
            string inside = Directory.CreateDirectory(folder["inside"]).FullName;
            try
            {
                TarExtraction.Extract(new MemoryStream(damaged[..length]), "x.tar", inside, _ => true, Limits);
            }
            catch (Exception fault) when (fault is InvalidDataException or IOException)
            {
                // The two that callers turn into a sentence.
            }

            Assert.Equal(["inside"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        }, iter: 300);
    }

    private static PaxTarEntry File(string name, string content) =>
        new(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)),
        };

    private static byte[] Tar(params TarEntry[] entries)
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    private int Extract(byte[] tar, Predicate<string>? isWanted = null) =>
        TarExtraction.Extract(new MemoryStream(tar), "x.tar", _folder, isWanted ?? (_ => true), Limits);
}
