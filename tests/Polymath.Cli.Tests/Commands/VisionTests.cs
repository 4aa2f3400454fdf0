using System.Globalization;
using System.Text.Json;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

/// <summary>The second field from the command line: what serves text serves it unchanged.</summary>
public sealed class VisionTests(VisionTests.TrainedVision run) : IClassFixture<VisionTests.TrainedVision>
{
    private const int Steps = 150;

    [Fact]
    public void AFolderOfClassesIsLearnt()
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(run.Workplace["run", "report.json"]));
        JsonElement root = report.RootElement;
        Assert.Equal("vision", root.GetProperty("field").GetString());
        Assert.InRange(root.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0.9, 1);
        Assert.Equal(16 * Steps, root.GetProperty("compute").GetProperty("rows").GetInt32());
        Assert.Equal("images", root.GetProperty("compute").GetProperty("rowName").GetString());
        Assert.Equal(3, root.GetProperty("tables")[0].GetProperty("rows").GetArrayLength());
        string text = File.ReadAllText(run.Workplace["run", "report.md"]);
        Assert.Contains("![Confusion matrix](examination/confusion.png)", text, StringComparison.Ordinal);
        foreach (string picture in new[] { "confusion.png", "mistakes.png", "calibration.png" })
        {
            Assert.True(run.Workplace.Has("run", "examination", picture), $"{picture} is missing");
        }

        Assert.Contains("left out: ", run.Result.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 181 images are damaged and left out", run.Result.Output, StringComparison.Ordinal);
        Assert.Contains("label images: polymath predict run image.png", run.Result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ImagesAreLabelledForPeopleAndPrograms()
    {
        string[] files = ["stripes/across/03.png", "stripes/down/04.png", "stripes/slanted/05.png"];
        string shown = (await run.Workplace.RunAsync(["predict", "run", .. files])).Succeeded().Output;
        Assert.Equal(3, shown.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Matches(@"^  stripes/across/03\.png +across \d+\.\d %", shown);
        string json = (await run.Workplace.RunAsync(["predict", "run", .. files, "--json"])).Succeeded().Output;
        using JsonDocument found = JsonDocument.Parse(json);
        JsonElement[] predictions = [.. found.RootElement.GetProperty("predictions").EnumerateArray()];
        Assert.Equal(["across", "down", "slanted"], predictions.Select(prediction => prediction.GetProperty("label").GetString()));
        Assert.All(predictions, prediction => Assert.Equal(
            1, prediction.GetProperty("probabilities").EnumerateObject().Sum(label => label.Value.GetDouble()), 1e-5));
    }

    [Fact]
    public async Task AnEvaluationIsTheReportsExamination() => await run.Workplace.EvaluatesAsReportedAsync("run");

    [Fact]
    public async Task AnInterruptedRunGoesOnToTheSameBits()
    {
        using var place = new Workplace();
        TinyImages.Write(place);
        (await place.RunAsync([.. TinyImages.Train("stripes", "whole", 12), .. Examining(6)])).Succeeded();
        (await place.RunAsync([.. TinyImages.Train("stripes", "run", 12), .. Examining(6)])).Succeeded();
        Directory.Delete(place["run", "checkpoints", "step-12"], recursive: true);
        (await place.RunAsync("train", "--resume", "run", "--threads", "2")).Succeeded();
        place.HasSameCheckpoints("whole", "run", 12);

        static string[] Examining(int steps) => [string.Create(CultureInfo.InvariantCulture, $"learning.examineEverySteps={steps}")];
    }

    [Fact]
    public async Task DamagedAndMissingImagesAreRefusedByName()
    {
        using var place = new Workplace();
        TinyImages.Write(place);
        place.Write("stripes/down/broken.png", [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        await place.RefusesAsync(["broken.png: ends early"], "train", "vision", "stripes", "--strict", "--budget", "2steps");
        await place.RefusesAsync(["nothing: no such file or folder"], "train", "vision", "nothing");
        CommandResult result = await run.Workplace.RunAsync("predict", "run", "stripes/nothing.png", "stripes/down/broken.png");
        result.Refused("nothing.png: does not exist");
        result.Refused("broken.png: ends early");
        (await place.RunAsync("predict", run.Workplace["run"])).Refused("FILE");
    }

    /// <summary>One short run that the tests look at.</summary>
    public sealed class TrainedVision : IAsyncLifetime
    {
        /// <summary>Where it lies.</summary>
        public Workplace Workplace { get; } = new();

        internal CommandResult Result { get; private set; } = null!;

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            TinyImages.Write(Workplace);
            Workplace.Write("stripes/down/broken.png", [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
            Result = await Workplace.RunAsync(TinyImages.Train("stripes", "run", Steps));
            Result.Succeeded();
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync()
        {
            Workplace.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
