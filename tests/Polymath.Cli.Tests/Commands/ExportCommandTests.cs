using System.Text.Json;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

public sealed class ExportCommandTests(TrainedRun run) : IDisposable
{
    private const int Steps = 200;

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task AnExportedModelWritesTheTextOfItsRun()
    {
        CommandResult exported = (await _place.RunAsync("export", run.Path, "model")).Succeeded();
        Assert.Equal(
            ["model/config.json", "model/generation_config.json", "model/model.safetensors", "model/tokenizer.json"],
            exported.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(await GreedyAsync(run.Path), await GreedyAsync("model"));
    }

    [Fact]
    public async Task AnExportedModelIsExaminedLikeItsRun()
    {
        (await _place.RunAsync("export", run.Path, "model")).Succeeded();
        _place.Write(TinyText.FileName, TinyText.Content);
        Assert.Equal(await BitsPerByteAsync(run.Path), await BitsPerByteAsync("model"), 1e-9);
    }

    [Fact]
    public async Task AnExportedModelIsTrainedFurther()
    {
        (await _place.RunAsync("export", run.Path, "model")).Succeeded();
        _place.Write(TinyText.FileName, TinyText.Content);
        (await _place.RunAsync([.. TinyText.Train("tuned", 40), "from=model", "learning.warmupSteps=2"])).Succeeded();
        double first = double.NaN;
        using (JsonDocument line = JsonDocument.Parse(File.ReadLines(_place["tuned/metrics.jsonl"]).First()))
        {
            first = line.RootElement.GetProperty("loss").GetDouble();
        }

        Assert.True(first < 5, $"the first loss is {first}: nothing was taken over");
        using JsonDocument before = JsonDocument.Parse(File.ReadAllText(run["report.json"]));
        using JsonDocument after = JsonDocument.Parse(_place.Read("tuned", "report.json"));
        Assert.True(BitsPerByte(after) < BitsPerByte(before), "nothing was learnt");

        // The tuned run no longer needs the model that it began with.
        Directory.Delete(_place["model"], recursive: true);
        (await _place.RunAsync("generate", "tuned", "the", "--max-tokens", "2")).Succeeded();
    }

    [Theory]
    [InlineData("gguf")]
    [InlineData("gguf-q8_0")]
    public async Task AnExportedFileWritesTheTextOfItsRun(string format)
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        string[] train = TinyText.Train("run", Steps);
        train[Array.IndexOf(train, "tokenizer.kind=Bytes")] = "tokenizer.vocabularySize=300";
        (await _place.RunAsync([.. train, "network.tiedHead=false"])).Succeeded();
        CommandResult exported = (await _place.RunAsync("export", "run", "model", "--format", format)).Succeeded();
        Assert.Equal("model/model.gguf\n", exported.Output);
        string continued = await GreedyAsync("model/model.gguf");
        Assert.Equal(await GreedyAsync("run"), continued);
        Assert.True(continued.Length > "the old".Length + 10, $"'{continued}' tells little");
    }

    [Fact]
    public Task ATokenizerThatLlamaLacksIsRefused() =>
        _place.RefusesAsync(["Bytes", "expected byte pairs"], "export", run.Path, "model", "--format", "gguf");

    [Fact]
    public async Task OnlyANewOrEmptyFolderIsWrittenTo()
    {
        _place.Write("thesis.txt", "mine");
        await _place.RefusesAsync(["thesis.txt", "new or empty folder"], "export", run.Path, "thesis.txt");
        Directory.CreateDirectory(_place["full"]);
        _place.Write("full/thesis.txt", "mine");
        await _place.RefusesAsync(["full", "new or empty folder"], "export", run.Path, "full");
    }

    [Fact]
    public Task AnUnknownFormatIsRefused() =>
        _place.RefusesAsync(["'onnx'", "huggingface"], "export", run.Path, "model", "--format", "onnx");

    [Fact]
    public async Task ANetworkThatNoArchitectureComputesIsRefused()
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        (await _place.RunAsync([.. TinyText.Train("run", 1), "network.activation=Gelu"])).Succeeded();
        await _place.RefusesAsync(["no known architecture", "RmsNorm", "Gelu", "GPT-2"], "export", "run", "model");
    }

    private async Task<string> GreedyAsync(string model)
    {
        string[] arguments = ["generate", model, "the old", "--temperature", "0", "--max-tokens", "30"];
        return (await _place.RunAsync(arguments)).Succeeded().Output;
    }

    private async Task<double> BitsPerByteAsync(string model)
    {
        string output = (await _place.RunAsync("evaluate", model, TinyText.FileName, "--json")).Succeeded().Output;
        using JsonDocument report = JsonDocument.Parse(output);
        return BitsPerByte(report);
    }

    private static double BitsPerByte(JsonDocument report) =>
        report.RootElement.GetProperty("metrics").GetProperty("bits_per_byte").GetDouble();
}
