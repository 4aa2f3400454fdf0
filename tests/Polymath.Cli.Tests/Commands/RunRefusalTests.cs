using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

/// <summary>
/// Runs that cannot be used: exit code 2 and a sentence that names the thing; the run stays as it was.
/// </summary>
public sealed class RunRefusalTests(TrainedRun run) : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("evaluate")]
    [InlineData("generate")]
    [InlineData("export", "model")]
    public async Task WhatIsNoRunIsRefused(string command, params string[] rest)
    {
        await _place.RefusesAsync(["nowhere does not exist", "expected a run's folder"], [command, "nowhere", .. rest]);
        Directory.CreateDirectory(_place["empty"]);
        await _place.RefusesAsync(["empty holds neither a run nor a model"], [command, "empty", .. rest]);
    }

    [Fact]
    public async Task ARunWithoutAWholeCheckpointIsRefused()
    {
        _place.CopyFolder(run.Path, "run");
        _place.Write(TinyText.FileName, TinyText.Content);
        foreach (string folder in Directory.EnumerateDirectories(_place["run/checkpoints"]))
        {
            string file = Path.Combine(folder, "parameters.safetensors");
            byte[] content = File.ReadAllBytes(file);
            content[content.Length / 2] ^= 4;
            File.WriteAllBytes(file, content);
        }

        string[] words =
            ["run/checkpoints/step-", "is damaged: parameters.safetensors has another content than was saved"];
        await _place.RefusesAsync(words, "generate", "run", "the");
        await _place.RefusesAsync(words, "evaluate", "run");
        await _place.RefusesAsync(words, "export", "run", "model");
        await _place.RefusesAsync(words, "train", "--resume", "run", "--budget", "80steps");
        File.WriteAllText(_place["run/recipe.json"], "{\n\"field\": \"text\",\n}");
        await _place.RefusesAsync(["run/recipe.json", "line 3"], "generate", "run", "the");
    }

    [Fact]
    public async Task ADamagedCheckpointIsPassedOverForTheOneBefore()
    {
        _place.CopyFolder(run.Path, "run");
        _place.Write(TinyText.FileName, TinyText.Content);
        string newest = $"run/checkpoints/step-{TrainedRun.Steps}";
        File.Delete(_place[newest, "manifest.json"]);
        CommandResult result = (await _place.RunAsync("train", "--resume", "run", "--threads", "1")).Succeeded();
        Assert.Contains("step-60 is damaged: manifest.json is missing", result.Output, StringComparison.Ordinal);
        Assert.Contains("resuming run at step 40", result.Output, StringComparison.Ordinal);
        byte[] undamaged = File.ReadAllBytes(run["checkpoints/step-60/parameters.safetensors"]);
        Assert.Equal(undamaged, _place.Read(newest, "parameters.safetensors"));
    }

    [Theory]
    [InlineData("--set", "network.width=64", "tensor 'tokens.embedding' has shape [257, 32], expected [257, 64]")]
    [InlineData("--set", "network.layerCount=2", "parameters.safetensors")]
    [InlineData("--resume-step", "7", "has no checkpoint of step 7; there are 40, 60")]
    [InlineData("--out", "elsewhere", "a resumed run keeps its data, recipe and folder")]
    [InlineData("--set", "data=other.txt", "other.txt: no such file or folder")]
    public async Task ARunIsResumedOnlyAsItIs(string option, string value, string words)
    {
        _place.CopyFolder(run.Path, "run");
        _place.Write(TinyText.FileName, TinyText.Content);
        byte[] recipe = _place.Read("run", "recipe.json"), metrics = _place.Read("run", "metrics.jsonl");
        await _place.RefusesAsync([words], "train", "--resume", "run", "--threads", "1", option, value);
        Assert.Equal(recipe, _place.Read("run", "recipe.json"));
        Assert.Equal(metrics, _place.Read("run", "metrics.jsonl"));
    }

    [Fact]
    public async Task AnotherFieldOrMoreDataAreRefusedWithResume()
    {
        _place.CopyFolder(run.Path, "run");
        string[] resume = ["--resume", "run"];
        await _place.RefusesAsync(["run learns text, not chess"], ["train", "chess", .. resume]);
        await _place.RefusesAsync(["keeps its data"], ["train", "text", "more.txt", .. resume]);
        await _place.RefusesAsync(["keeps its data"], ["train", "--fast-dev-run", .. resume]);
    }

    [Fact]
    public async Task ARunThatIsTrainedIsNotTrainedTwice()
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        using Command training = _place.Start(TinyText.Train("run", 1_000_000));
        await training.ReadUntilAsync("step         1/");
        CommandResult second = await _place.RunAsync("train", "--resume", "run");
        second.Refused("run is being trained by another process");
        training.Signal(Signals.Kill);
        await training.EndAsync();
    }

    [Fact]
    public async Task EveryWrongSamplingOptionIsNamed()
    {
        string[] arguments =
        [
            "generate", run.Path, "the", "--temperature", "-1", "--top-k", "-1", "--top-p", "0", "--min-p", "1",
            "--repetition-penalty", "0", "--max-tokens", "-1",
        ];
        CommandResult result = await _place.RefusesAsync([], arguments);
        result.Refused("temperature is -1, expected 0 to 100").Refused("top-k is -1")
            .Refused("top-p is 0, expected above 0").Refused("min-p is 1").Refused("repetition-penalty is 0")
            .Refused("max-tokens is -1, expected 0 or more");
        Assert.Equal(6, result.ErrorLines.Length);
    }

    [Theory]
    [InlineData("--temperature", "hot", "--temperature is 'hot', expected a number")]
    [InlineData("--temperature", "NaN", "--temperature is 'NaN', expected a number")]
    [InlineData("--topp", "0.9", "unknown option '--topp'; did you mean '--top-p'?")]
    public Task AWrongOptionOfGenerateIsRefused(string option, string value, string words) =>
        _place.RefusesAsync([words], "generate", run.Path, "the", option, value);

    [Fact]
    public async Task APromptThatIsNoTextIsRefused()
    {
        using var process = Command.Start(_place.Path, ["generate", run.Path, "-"]);
        CommandResult result = await process.EndAsync([0x61, 0xFF, 0x62]);
        result.Refused("the standard input is not UTF-8");
    }
}
