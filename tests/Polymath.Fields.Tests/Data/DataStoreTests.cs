using System.Security.Cryptography;
using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Data.Fetching;

namespace Polymath.Fields.Tests.Data;

public sealed class DataStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeFetcher _fetcher = new();
    private readonly DataStore _store;

    public DataStoreTests()
    {
        _store = new DataStore(_folder.Path, TimeProvider.System, _fetcher, [Single, Several]);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DataSet Single { get; } = Set("single", Pin("content"), (fetched, target) =>
        File.Move(Path.Combine(fetched, "raw"), Path.Combine(target, "a.txt")));

    private static DataSet Several { get; } = Set(
        "several",
        new DataContent(2, 2, Pin($"{Pin("1").Sha256}  x\n{Pin("2").Sha256}  y\n").Sha256),
        (_, target) =>
        {
            File.WriteAllText(Path.Combine(target, "x"), "1");
            File.WriteAllText(Path.Combine(target, "y"), "2");
        });

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FetchesOnceAndGivesTheFileOrTheFolder()
    {
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(_folder["single/a.txt"], await _store.GetAsync("single", null, Cancellation));
            Assert.Equal(_folder["several"], await _store.GetAsync("several", null, Cancellation));
        }

        Assert.Equal(2, _fetcher.CallCount);
        Assert.Equal(["several", "several/x", "several/y", "single", "single/a.txt"], _folder.Entries());
    }

    [Fact]
    public async Task FetchesADamagedCopyAgain()
    {
        string file = await _store.GetAsync("single", null, Cancellation);
        File.WriteAllText(file, "c0ntent");
        Assert.False(_store.IsComplete(Single));
        await _store.GetAsync("single", null, Cancellation);
        Assert.Equal("content", File.ReadAllText(file));
        Assert.Equal(2, _fetcher.CallCount);
    }

    [Fact]
    public async Task TakesAFilePutThereByHand()
    {
        _folder.Write("single/any-name.txt", "content"u8);
        Assert.Equal(_folder["single/any-name.txt"], await _store.GetAsync("single", null, Cancellation));
        Assert.Equal(0, _fetcher.CallCount);
    }

    [Fact]
    public async Task OtherContentsThanPinnedAreRefusedAndNothingIsLeft()
    {
        _fetcher.Content = "tampered";
        DataUnavailableException fault = await Assert.ThrowsAsync<DataUnavailableException>(
            () => _store.GetAsync("single", null, Cancellation));
        Assert.Contains(Pin("content").Sha256, fault.Message, StringComparison.Ordinal);
        Assert.Contains(Pin("tampered").Sha256, fault.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public async Task WithoutNetworkTheSentenceSaysWhatToDoAndKeepsWhatIsThere()
    {
        _folder.Write("single/a.txt", "damaged"u8);
        _fetcher.Fault = new DataUnavailableException("npm was not found: install it.");
        DataUnavailableException fault = await Assert.ThrowsAsync<DataUnavailableException>(
            () => _store.GetAsync("single", null, Cancellation));
        Assert.Contains("npm was not found: install it;", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"into {_folder["single"]} by hand", fault.Message, StringComparison.Ordinal);
        Assert.Contains("is damaged", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["single", "single/a.txt"], _folder.Entries());
    }

    [Fact]
    public async Task AFullDiskOrADamagedArchiveIsASentenceToo()
    {
        Exception[] faults = [new IOException("No space left."), new InvalidDataException("bad")];
        foreach (Exception fault in faults)
        {
            _fetcher.Fault = fault;
            await Assert.ThrowsAsync<DataUnavailableException>(() => _store.GetAsync("several", null, Cancellation));
            Assert.Empty(_folder.Entries());
        }
    }

    [Fact]
    public async Task CancellationLeavesNothing()
    {
        _fetcher.Fault = new OperationCanceledException();
        await Assert.ThrowsAsync<OperationCanceledException>(() => _store.GetAsync("single", null, Cancellation));
        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public async Task AnUnknownNameListsTheKnownOnes()
    {
        InvalidInputException fault = await Assert.ThrowsAsync<InvalidInputException>(
            () => _store.GetAsync("../etc", null, Cancellation));
        Assert.Equal("There is no data set ../etc; expected one of single, several.", fault.Message);
    }

    private static DataContent Pin(string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return new DataContent(1, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static DataSet Set(string name, DataContent content, DataDerivation derive) => new()
    {
        Name = name,
        Description = "For tests.",
        Licence = "none",
        Origin = new NpmPackage(name, "1.0.0"),
        DownloadBytes = 1,
        Derivation = "",
        Content = content,
        IsWanted = _ => true,
        Derive = derive,
    };

    private sealed class FakeFetcher : IDataFetcher
    {
        public int CallCount { get; private set; }

        public string Content { get; set; } = "content";

        public Exception? Fault { get; set; }

        public Task FetchAsync(DataSet set, string folder, CancellationToken cancellation)
        {
            CallCount++;
            File.WriteAllText(Path.Combine(folder, "raw"), Content);
            return Fault is null ? Task.CompletedTask : Task.FromException(Fault);
        }
    }
}
