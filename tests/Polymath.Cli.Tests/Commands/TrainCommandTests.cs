using System.Text;
using System.Text.Json;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

public sealed class TrainCommandTests(TrainedRun run) : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void ARunLeavesAllThatItPromises()
    {
        string[] files =
        [
            "recipe.json", "metrics.jsonl", "tokenizer.json", "report.md", "report.json", "loss.png",
            "samples/samples.txt", $"checkpoints/step-{TrainedRun.Steps}/manifest.json",
            $"checkpoints/step-{TrainedRun.Steps}/parameters.safetensors",
        ];
        Assert.All(files, file => Assert.True(new FileInfo(run[file]).Length > 0, file));
        Assert.Single(Directory.GetFiles(run.Path, "events.out.tfevents.*"));
        Assert.Equal("\u0089PNG", Encoding.Latin1.GetString(File.ReadAllBytes(run["loss.png"])[..4]));
    }

    [Fact]
    public void MetricsHaveALineAStepAndALineAnExamination()
    {
        JsonElement[] lines =
            [.. File.ReadLines(run["metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement)];
        int[] steps = [.. lines.Where(line => line.TryGetProperty("loss", out _)).Select(StepOf)];
        Assert.Equal(Enumerable.Range(1, TrainedRun.Steps), steps);
        int[] examined = [.. lines.Where(line => line.TryGetProperty("examination", out _)).Select(StepOf)];
        Assert.Equal([20, 40, 60, 60], examined);
        double first = lines[0].GetProperty("loss").GetDouble();
        double last = lines.Last(line => line.TryGetProperty("loss", out _)).GetProperty("loss").GetDouble();
        Assert.True(last < first - 1, $"the loss went from {first} to {last}");

        static int StepOf(JsonElement line) => line.GetProperty("step").GetInt32();
    }

    [Fact]
    public void TheReportOfARunHasItsKeysAndFigures()
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(run["report.json"]));
        JsonElement root = report.RootElement;
        Assert.Equal(
            ["field", "run", "metrics", "references", "tables", "compute"], root.EnumerateObject().Select(part => part.Name));
        Assert.Equal(run.Path, root.GetProperty("run").GetString());
        Assert.InRange(root.GetProperty("metrics").GetProperty("bits_per_byte").GetDouble(), 0.5, 7.9);
        Assert.Equal(4, root.GetProperty("references").GetArrayLength());
        JsonElement compute = root.GetProperty("compute");
        Assert.Equal(TrainedRun.Steps, compute.GetProperty("steps").GetInt32());
        Assert.Equal(TrainedRun.Steps * 4 * 16, compute.GetProperty("rows").GetInt32());
        Assert.InRange(compute.GetProperty("shareOfPeak").GetDouble(), 1e-9, 1);
        Assert.StartsWith("# text: text-1\n", File.ReadAllText(run["report.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public void PipedOutputIsPlainLinesWithoutBlanksAtTheirEnds()
    {
        string output = run.Result.Output;
        Assert.DoesNotContain(output, character => char.IsControl(character) && character != '\n');
        Assert.All(output.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
        Assert.Contains("step  1/60  loss 5.", output, StringComparison.Ordinal);
        Assert.Contains("step 20  held out: bits per byte ", output, StringComparison.Ordinal);
        Assert.Contains("\nsample 1 of ", output, StringComparison.Ordinal);
        Assert.Contains("gzip, strongest\n", output, StringComparison.Ordinal);
        Assert.Contains("report: runs/text-1/report.md ", output, StringComparison.Ordinal);
        Assert.Empty(run.Result.Error);
    }

    [Fact]
    public async Task RunsAreNumberedOneAfterTheOther()
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        string[] train = TinyText.Train(folder: null, 3);
        CommandResult[] results = await Task.WhenAll(_place.RunAsync(train), _place.RunAsync(train));
        Assert.All(results, result => result.Succeeded());
        Assert.True(_place.Has("runs", "text-1", "report.json"));
        Assert.True(_place.Has("runs", "text-2", "report.json"));
        Assert.Equal(
            _place.Read("runs/text-1/checkpoints/step-3/parameters.safetensors"),
            _place.Read("runs/text-2/checkpoints/step-3/parameters.safetensors"));
    }

    [Fact]
    public async Task ForcedKernelsAreThoseThatRun()
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        CommandResult result = await _place.RunWithAsync("POLYMATH_KERNELS", "portable", TinyText.Train("run", 1));
        Assert.Matches("kernels +portable, 1 thread", result.Succeeded().Output);
    }

    [Fact]
    public async Task ADevelopmentRunDoesEverythingInThreeSteps()
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        (await _place.RunAsync([.. TinyText.Train("try", 1000), "--fast-dev-run"])).Succeeded();
        Assert.True(_place.Has("try", "checkpoints", "step-3", "parameters.safetensors"));
        Assert.True(_place.Has("try", "report.json"));
        Assert.True(_place.Has("try", "loss.png"));
        Assert.Contains("| steps | 3 |", File.ReadLines(_place["try/report.md"]));
    }

    [Fact]
    public async Task ARecipeIsReadFromAFileAndChangedByEditsAndOptions()
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        string shown = (await _place.RunAsync("fields", "text")).Succeeded().Output;
        _place.Write("recipe.json", shown.Replace("\"batchSize\": 8", "\"batchSize\": 3", StringComparison.Ordinal));
        string[] options = ["--set", "batchSize=2", "--seed", "77", "--recipe", "recipe.json"];
        (await _place.RunAsync([.. TinyText.Train("run", 2), .. options])).Succeeded();
        using JsonDocument recipe = JsonDocument.Parse(_place.Read("run", "recipe.json"));
        Assert.Equal(2, recipe.RootElement.GetProperty("batchSize").GetInt32());
        Assert.Equal(77, recipe.RootElement.GetProperty("seed").GetInt32());
        Assert.Equal("2steps", recipe.RootElement.GetProperty("budget").GetString());
        Assert.Equal(_place[TinyText.FileName], recipe.RootElement.GetProperty("data")[0].GetString());
    }

    [Fact]
    public async Task WhatAKilledPreparationLeftIsNotTakenForTheRunsOwn()
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        (await _place.RunAsync([.. TinyText.Train("other", 1), "tokenizer.kind=Characters"])).Succeeded();
        Directory.CreateDirectory(_place["runs/text-1"]);
        File.Copy(_place["other/tokenizer.json"], _place["runs/text-1/tokenizer.json"]);
        _place.Write("runs/text-1/.lock", "");
        (await _place.RunAsync(TinyText.Train(folder: null, 1))).Succeeded();
        Assert.Equal(File.ReadAllBytes(run["tokenizer.json"]), _place.Read("runs/text-1/tokenizer.json"));
    }
}
