using System.Text.Json;
using Polymath.Cli.Benchmarks;

namespace Polymath.Cli.Tests.Benchmarks;

public sealed class BenchmarkReportTests
{
    [Fact]
    public void TheJsonHasItsStableShape()
    {
        BenchmarkRow compared = BenchmarkRow.Compare("training", "model", 300, "tokens/CPU-s", "peer 1.0", 200, 2);
        BenchmarkRow alone = BenchmarkRow.Compare("training", "step", 12.5, "ms", null, double.NaN, 1);
        using JsonDocument found = Write(compared, alone);
        Assert.Equal(["machine", "rows"], KeysOf(found.RootElement));
        Assert.Equal(
            ["system", "architecture", "runtime", "cores"], KeysOf(found.RootElement.GetProperty("machine")));
        JsonElement[] rows = [.. found.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.All(
            rows, row => Assert.Equal(["bench", "name", "value", "unit", "reference", "ratio", "threads"], KeysOf(row)));
        Assert.Equal("peer 1.0: 200", rows[0].GetProperty("reference").GetString());
        Assert.Equal(1.5, rows[0].GetProperty("ratio").GetDouble());
        Assert.Equal(2, rows[0].GetProperty("threads").GetInt32());
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("reference").ValueKind);
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("ratio").ValueKind);
    }

    [Fact]
    public void AFigureThatIsNoNumberIsNull()
    {
        using JsonDocument found = Write(BenchmarkRow.Compare("training", "model", double.NaN, "ms", "peer", 0, 1));
        JsonElement row = found.RootElement.GetProperty("rows")[0];
        Assert.Equal(JsonValueKind.Null, row.GetProperty("value").ValueKind);
        Assert.Equal(JsonValueKind.Null, row.GetProperty("ratio").ValueKind);
    }

    [Fact]
    public void AMedianIgnoresABusyMoment()
    {
        Assert.Equal(3, Median.Of([3, 900, 1]));
        Assert.Equal(double.NaN, Median.Of([]));
    }

    private static JsonDocument Write(params BenchmarkRow[] rows)
    {
        using var stream = new MemoryStream();
        BenchmarkReport.WriteJson(stream, rows);
        return JsonDocument.Parse(stream.ToArray());
    }

    private static IEnumerable<string> KeysOf(JsonElement element) =>
        element.EnumerateObject().Select(part => part.Name);
}
