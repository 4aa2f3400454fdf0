using System.Text.RegularExpressions;
using Polymath.Compute;
using Polymath.Fields.Data;

namespace Polymath.Fields.Tests.Data;

public sealed class DataCatalogueTests
{
    [Fact]
    public void EveryEntryIsNamedLicensedAndPinned()
    {
        Assert.NotEmpty(DataCatalogue.All);
        Assert.Equal(DataCatalogue.All.Count, DataCatalogue.All.DistinctBy(set => set.Name).Count());
        foreach (DataSet set in DataCatalogue.All)
        {
            Assert.Matches(new Regex("^[a-z0-9]+(-[a-z0-9]+)*$"), set.Name);
            Assert.Matches(new Regex("^[0-9a-f]{64}$"), set.Content.Sha256);
            Assert.True(set.Content.FileCount > 0 && set.Content.Bytes > 0 && set.DownloadBytes > 0);
            Assert.All([set.Description, set.Licence, set.Derivation], text => Assert.NotEmpty(text));
            Assert.Same(set, DataCatalogue.Find(set.Name));
        }
    }

    [Fact]
    public void WebFilesAreFetchedByHttpsOnly() => Assert.All(
        DataCatalogue.All.Select(set => set.Origin).OfType<WebFile>(),
        origin => Assert.Equal(Uri.UriSchemeHttps, origin.Url.Scheme));

    [Fact]
    public void AnUnknownNameListsTheKnownOnes() => Assert.Contains(
        "moby-dick",
        Assert.Throws<InvalidInputException>(() => DataCatalogue.Find("x")).Message,
        StringComparison.Ordinal);
}
