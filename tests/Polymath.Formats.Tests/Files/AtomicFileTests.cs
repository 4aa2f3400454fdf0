using Polymath.Formats.Files;

namespace Polymath.Formats.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WritesANewFileAndNothingElse()
    {
        AtomicFile.WriteAllText(_folder["a.txt"], "grüße\n");
        Assert.Equal("grüße\n"u8.ToArray(), File.ReadAllBytes(_folder["a.txt"]));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Fact]
    public void ReplacesALongerFileWhole()
    {
        File.WriteAllText(_folder["a.txt"], new string('x', 100_000));
        AtomicFile.WriteAllText(_folder["a.txt"], "short");
        Assert.Equal("short", File.ReadAllText(_folder["a.txt"]));
    }

    [Fact]
    public void TheOldContentIsReadableUntilTheNewIsComplete()
    {
        File.WriteAllText(_folder["a.txt"], "old");
        AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(_folder["a.txt"]));
        });
        Assert.Equal("new", File.ReadAllText(_folder["a.txt"]));
    }

    [Fact]
    public void AFailingWriterLeavesTheOldFileAndNoPartial()
    {
        File.WriteAllText(_folder["a.txt"], "old");
        IOException fault = Assert.Throws<IOException>(() => AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.Write(new byte[1_000_000]);
            throw new IOException("disk full");
        }));
        Assert.Equal("disk full", fault.Message);
        Assert.Equal("old", File.ReadAllText(_folder["a.txt"]));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Fact]
    public void AFailureAtTheRenameLeavesNoPartial()
    {
        Directory.CreateDirectory(_folder["taken"]);
        Assert.ThrowsAny<SystemException>(() => AtomicFile.WriteAllText(_folder["taken"], "text"));
        Assert.Equal(["taken"], _folder.Names);
        Assert.True(Directory.Exists(_folder["taken"]));
    }

    [Fact]
    public void AMissingFolderIsAnInputOutputFault()
    {
        Assert.ThrowsAny<IOException>(() => AtomicFile.WriteAllText(_folder["none/a.txt"], "text"));
        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void AFileInThePlaceOfTheFolderIsAnInputOutputFaultAndStays()
    {
        File.WriteAllText(_folder["file"], "old");
        Assert.ThrowsAny<IOException>(() => AtomicFile.WriteAllText(_folder["file/a.txt"], "text"));
        Assert.Equal("old", File.ReadAllText(_folder["file"]));
    }

    [Fact]
    public void AFolderThatAllowsNoFilesIsAFault()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "needs /proc, where not even root can create files");
        Exception fault = Assert.ThrowsAny<Exception>(() => AtomicFile.WriteAllText("/proc/polymath.txt", "text"));
        Assert.True(fault is IOException or UnauthorizedAccessException, fault.ToString());
    }

    [Fact]
    public void AFullDiskIsAFaultAndLeavesTheOldFile()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        File.WriteAllText(_folder["a.txt"], "old");
        Assert.ThrowsAny<IOException>(() => AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.Write("part"u8);
            using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write);
            full.Write(new byte[8192]);
            full.Flush();
        }));
        Assert.Equal("old", File.ReadAllText(_folder["a.txt"]));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Fact]
    public void ALinkAtThePathIsReplacedAndItsTargetStays()
    {
        File.WriteAllText(_folder["target"], "old");
        File.CreateSymbolicLink(_folder["link"], _folder["target"]);
        AtomicFile.WriteAllText(_folder["link"], "new");
        Assert.Equal("old", File.ReadAllText(_folder["target"]));
        Assert.Null(new FileInfo(_folder["link"]).LinkTarget);
        Assert.Equal("new", File.ReadAllText(_folder["link"]));
    }

    [Fact]
    public void ThreadsThatReplaceOneFileNeverMixTheirContents()
    {
        Parallel.For(0, 64, i =>
            AtomicFile.WriteAllText(_folder["a.txt"], new string((char)('a' + (i % 26)), 5000 + i)));
        string text = File.ReadAllText(_folder["a.txt"]);
        Assert.InRange(text.Length, 5000, 5063);
        Assert.Single(text.Distinct());
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Fact]
    public void LeftoversOfKilledProcessesAreDeletedAndNothingElse()
    {
        File.WriteAllText(_folder[".a.txt.1-1.partial"], "part");
        File.WriteAllText(_folder["a.txt"], "whole");
        File.WriteAllText(_folder["mine.partial"], "whole");
        Assert.Equal(1, AtomicFile.DeletePartials(_folder.Path));
        Assert.Equal(["a.txt", "mine.partial"], _folder.Names);
    }
}
