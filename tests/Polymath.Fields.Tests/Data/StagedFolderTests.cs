using Polymath.Compute;
using Polymath.Fields.Data;

namespace Polymath.Fields.Tests.Data;

public sealed class StagedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void NothingIsThereUntilTheCommit()
    {
        using (StagedFolder staged = StagedFolder.Create(_folder["deep/set"], TimeProvider.System))
        {
            File.WriteAllText(Path.Combine(staged.Path, "a"), "new");
            Assert.False(Directory.Exists(_folder["deep/set"]));
            staged.Commit();
        }

        Assert.Equal(["deep", "deep/set", "deep/set/a"], _folder.Entries());
    }

    [Fact]
    public void ReplacesTheOldFolderWhole()
    {
        _folder.Write("set/old", "old"u8);
        using (StagedFolder staged = StagedFolder.Create(_folder["set"], TimeProvider.System))
        {
            File.WriteAllText(Path.Combine(staged.Path, "a"), "new");
            Assert.True(File.Exists(_folder["set/old"]));
            staged.Commit();
        }

        Assert.Equal(["set", "set/a"], _folder.Entries());
    }

    [Fact]
    public void WithoutACommitTheOldFolderStaysAndNothingIsLeft()
    {
        _folder.Write("set/old", "old"u8);
        using (StagedFolder staged = StagedFolder.Create(_folder["set"], TimeProvider.System))
        {
            File.WriteAllText(Path.Combine(staged.Path, "a"), "new");
        }

        Assert.Equal(["set", "set/old"], _folder.Entries());
    }

    [Fact]
    public void TwoAtOnceBothSucceed()
    {
        using StagedFolder first = StagedFolder.Create(_folder["set"], TimeProvider.System);
        using StagedFolder second = StagedFolder.Create(_folder["set"], TimeProvider.System);
        File.WriteAllText(Path.Combine(first.Path, "a"), "1");
        File.WriteAllText(Path.Combine(second.Path, "a"), "2");
        first.Commit();
        second.Commit();
        Assert.Equal("2", File.ReadAllText(_folder["set/a"]));
    }

    [Fact]
    public void SweepsOldLeftoversOfKilledRunsAndNothingYounger()
    {
        _folder.Write(".set.1-1.partial/a", "x"u8);
        _folder.Write(".other.1-1.partial/a", "x"u8);
        _folder.Write(".set.notes/a", "x"u8);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        StagedFolder.Create(_folder["set"], new FixedClock(now.AddHours(1))).Dispose();
        Assert.True(Directory.Exists(_folder[".set.1-1.partial"]));
        StagedFolder.Create(_folder["set"], new FixedClock(now.AddDays(10))).Dispose();
        Assert.Equal(
            [".other.1-1.partial", ".other.1-1.partial/a", ".set.notes", ".set.notes/a"], _folder.Entries());
    }

    [Fact]
    public void AFileInTheWayIsTheUsersToMend()
    {
        _folder.Write("file", "x"u8);
        Assert.Throws<InvalidInputException>(() => StagedFolder.Create(_folder["file/set"], TimeProvider.System));
    }
}
