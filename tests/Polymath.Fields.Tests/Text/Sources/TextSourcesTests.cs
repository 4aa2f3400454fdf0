using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Text.Sources;
using Polymath.Fields.Text.Sources.DotnetDocs;

namespace Polymath.Fields.Tests.Text.Sources;

public sealed class TextSourcesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DataStore _store;

    public TextSourcesTests() => _store = new DataStore(_folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NothingNamedIsTheDocumentationOfTheSdk()
    {
        Assert.IsType<DotnetDocsSource>(await TextSources.OpenAsync([], _store, cancellation: Cancellation));
        Assert.IsType<DotnetDocsSource>(await TextSources.OpenAsync(["dotnet-docs"], _store, cancellation: Cancellation));
        await Assert.ThrowsAsync<InvalidInputException>(
            () => TextSources.OpenAsync(["dotnet-docs", "a.txt"], _store, cancellation: Cancellation));
    }

    [Fact]
    public async Task AnyOtherWordIsAFileOrFolder()
    {
        string file = _folder.Write("a.txt", "twenty bytes of text"u8);
        ITextSource source = await TextSources.OpenAsync(
            [file], _store, new TextFileOptions { ValidationShare = 0.5 }, cancellation: Cancellation);
        Assert.Equal(10, source.Measure(TextPart.Validation).ByteCount);
        await Assert.ThrowsAsync<InvalidInputException>(
            () => TextSources.OpenAsync(["moby-duck"], _store, cancellation: Cancellation));
    }
}
