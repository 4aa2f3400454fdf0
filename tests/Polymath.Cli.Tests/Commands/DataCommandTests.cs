using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

public sealed class DataCommandTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task TheListSaysNameSizeAndLicence()
    {
        string output = (await _place.RunAsync("data", "list")).Succeeded().Output;
        Assert.Matches(@"(?m)^  tiny-shakespeare +1\.1 MiB .* Licence: public domain\.$", output);
        Assert.Contains(_place[".data"], output, StringComparison.Ordinal);
    }

    [Fact]
    public Task AnUnknownNameIsRefusedWithTheKnownOnes() =>
        _place.RefusesAsync(["no data set tiny-shakespear", "tiny-shakespeare"], "data", "get", "tiny-shakespear");

    [Fact]
    public async Task WithoutANetworkOneSentenceSaysWhatToDo()
    {
        // A proxy that is not there: no machine of the network can be reached, whatever the machine of the test.
        CommandResult result = await _place.RunWithAsync(
            "https_proxy", "http://127.0.0.1:9", "data", "get", "tiny-shakespeare");
        result.Failed(1, "tiny-shakespeare", "check the network", _place[".data/tiny-shakespeare"]);
        Assert.Single(result.ErrorLines, line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Empty(result.Output);
        Assert.Empty(_place.Entries());
    }
}
