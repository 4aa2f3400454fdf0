using System.Text.Json;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

public sealed class EvaluateCommandTests(TrainedRun run)
{
    [Fact]
    public async Task AnEvaluationIsTheReportsExamination()
    {
        string output = (await run.Workplace.RunAsync("evaluate", TrainedRun.Folder, "--json")).Succeeded().Output;
        using JsonDocument found = JsonDocument.Parse(output);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(run["report.json"]));
        Assert.Equal(["field", "run", "metrics", "references", "tables", "compute"], KeysOf(found.RootElement));
        foreach (string part in new[] { "field", "run", "metrics", "references" })
        {
            Assert.Equal(
                report.RootElement.GetProperty(part).ToString(), found.RootElement.GetProperty(part).ToString());
        }

        Assert.All(
            found.RootElement.GetProperty("references").EnumerateArray(),
            reference => Assert.Equal(["name", "metric", "value"], KeysOf(reference)));

        static IEnumerable<string> KeysOf(JsonElement element) => element.EnumerateObject().Select(part => part.Name);
    }

    [Fact]
    public async Task TheTableSaysWhoseEachFigureIs()
    {
        CommandResult result = await run.Workplace.RunAsync("evaluate", TrainedRun.Folder, "--threads", "1");
        string[] lines = result.Succeeded().Output.Split('\n');
        Assert.Matches(@"^  bits per byte +\d\.\d+  this network$", lines[0]);
        Assert.Matches(@"^ +\d\.\d+  gzip, strongest$", lines[1]);
        Assert.Contains(lines, line => line.StartsWith("  Windows of 16 tokens", StringComparison.Ordinal));
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task ARunFindsItsTextFromAnyFolder()
    {
        using var place = new Workplace();
        string here = (await run.Workplace.RunAsync("evaluate", TrainedRun.Folder)).Succeeded().Output;
        Assert.Equal(here, (await place.RunAsync("evaluate", run.Path)).Succeeded().Output);
    }

    [Fact]
    public async Task OtherTextCanBeExaminedOn()
    {
        using var place = new Workplace();
        place.Write("other.txt", string.Concat(Enumerable.Repeat("wholly other words, xyzzy plugh qux! ", 200)));
        string[] arguments = ["evaluate", run.Path, "other.txt", "--json"];
        using JsonDocument found = JsonDocument.Parse((await place.RunAsync(arguments)).Succeeded().Output);
        using JsonDocument own = JsonDocument.Parse(File.ReadAllText(run["report.json"]));
        Assert.True(BitsPerByte(found) > BitsPerByte(own), "the text is as easy as the one that was learnt");

        static double BitsPerByte(JsonDocument report) =>
            report.RootElement.GetProperty("metrics").GetProperty("bits_per_byte").GetDouble();
    }
}
