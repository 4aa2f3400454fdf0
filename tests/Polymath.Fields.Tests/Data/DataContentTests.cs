using Polymath.Fields.Data;

namespace Polymath.Fields.Tests.Data;

public sealed class DataContentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ASingleFileIsPinnedByItsOwnHash()
    {
        _folder.Write("a.txt", "abc"u8);
        Assert.Equal(
            new DataContent(1, 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            DataContent.Measure(_folder.Path));
    }

    // Golden: printf abc > a.txt; printf '' > b.txt; mkdir B; printf x > B/c;
    // LC_ALL=C sha256sum B/c a.txt b.txt | sha256sum
    [Fact]
    public void SeveralFilesArePinnedByTheirListing()
    {
        _folder.Write("b.txt", []);
        _folder.Write("a.txt", "abc"u8);
        _folder.Write("B/c", "x"u8);
        Assert.Equal(
            new DataContent(3, 4, "f51616f14ec49290c1b01b16636c47da38a48c97df317a5e0b82c5206b4d05d6"),
            DataContent.Measure(_folder.Path));
    }

    [Fact]
    public void AMissingFolderHoldsNothing() => Assert.Equal(0, DataContent.Measure(_folder["none"]).FileCount);
}
