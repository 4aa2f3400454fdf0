using System.Text.Json;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

public sealed class BenchCommandTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task AnUnknownBenchmarkIsRefusedWithTheNamesThereAre() =>
        await _place.RefusesAsync(["unknown benchmark 'speed'", "kernels", "training", "threads"], "bench", "speed");

    [Fact]
    public async Task ThreadsBelowOneAreRefused() =>
        await _place.RefusesAsync(["--threads"], "bench", "startup", "--threads", "-1");

    [Fact]
    public async Task TheJsonHasItsStableKeys()
    {
        CommandResult result = (await _place.RunAsync("bench", "startup", "--json")).Succeeded();
        using JsonDocument found = JsonDocument.Parse(result.Output);
        Assert.Equal(["machine", "rows"], KeysOf(found.RootElement));
        Assert.NotEmpty(found.RootElement.GetProperty("rows").EnumerateArray());
        Assert.All(
            found.RootElement.GetProperty("rows").EnumerateArray(),
            row => Assert.Equal(["bench", "name", "value", "unit", "reference", "ratio", "threads"], KeysOf(row)));

        static IEnumerable<string> KeysOf(JsonElement element) => element.EnumerateObject().Select(part => part.Name);
    }
}
