using System.Text.Json;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

/// <summary>The field that makes images, from the command line: what serves the others serves it unchanged.</summary>
public sealed class ImageryTests(ImageryTests.TrainedMaker run) : IClassFixture<ImageryTests.TrainedMaker>
{
    private const int Steps = 300;

    [Fact]
    public void SamplesAreOfTheirClassAndJudged()
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(run.Workplace["run", "report.json"]));
        JsonElement root = report.RootElement, metrics = root.GetProperty("metrics");
        Assert.Equal("imagery", root.GetProperty("field").GetString());
        Dictionary<string, double> references = root.GetProperty("references").EnumerateArray().ToDictionary(
            reference => reference.GetProperty("metric").GetString() + ": " + reference.GetProperty("name").GetString(),
            reference => reference.GetProperty("value").GetDouble());
        Assert.InRange(metrics.GetProperty("velocity_error").GetDouble(), 0, 0.6 * references["velocity_error: no velocity at all"]);

        // Chance is a third.
        Assert.InRange(references["class_agreement: real test images"], 0.9, 1);
        Assert.InRange(metrics.GetProperty("class_agreement").GetDouble(), 0.7, 1);
        Assert.InRange(
            metrics.GetProperty("frechet_distance").GetDouble(), 0.01,
            0.5 * references["frechet_distance: a Gaussian fit of the pixels"]);
        Assert.Contains("frechet_distance: two halves of the real test images", references.Keys);
        Assert.InRange(metrics.GetProperty("nearest_distance").GetDouble(), 1, 100);
        Assert.True(run.Workplace.Has("run", "examination", "samples.png"));
        Assert.True(run.Workplace.Has("run", "judge", "report.md"));
    }

    [Fact]
    public async Task TheSameSeedMakesTheSameImages()
    {
        string[] make = ["generate", "run", "--class", "down", "--count", "5", "--steps", "4", "--seed", "3"];
        string said = (await run.Workplace.RunAsync([.. make, "--out", "a.png", "--threads", "1"])).Succeeded().Output;
        Assert.Equal("5 images: a.png", said.Trim());
        (await run.Workplace.RunAsync([.. make, "--out", "b.png", "--threads", "2"])).Succeeded();
        (await run.Workplace.RunAsync([.. make, "--out", "c.png", "--guidance", "3"])).Succeeded();
        Assert.Equal(run.Workplace.Read("a.png"), run.Workplace.Read("b.png"));
        Assert.NotEqual(run.Workplace.Read("a.png"), run.Workplace.Read("c.png"));
    }

    [Fact]
    public async Task AnEvaluationIsTheReportsExamination() => await run.Workplace.EvaluatesAsReportedAsync("run");

    [Fact]
    public async Task WhatCannotBeMadeIsRefused()
    {
        await run.Workplace.RefusesAsync(
            ["unknown class 'round', expected one of: across, down, slanted"], "generate", "run", "--class", "round");
        await run.Workplace.RefusesAsync(
            ["stepCount is 0, expected 1 to 1000"], "generate", "run", "--count", "0", "--steps", "0", "--guidance", "99");
        await run.Workplace.RefusesAsync(
            ["judgeBudget"], "train", "imagery", TinyImages.FolderName, "--set", "sampleCount=1",
            "judgeBudget=soon");
    }

    [Fact]
    public async Task AnInterruptedRunGoesOnToTheSameBits()
    {
        using var place = new Workplace();
        TinyImages.Write(place);
        (await place.RunAsync([.. Train("whole", 12), "learning.checkpointEverySteps=6"])).Succeeded();
        place.CopyFolder(place["whole"], "run");
        Directory.Delete(place["run", "checkpoints", "step-12"], recursive: true);
        (await place.RunAsync("train", "--resume", "run", "--threads", "2")).Succeeded();
        place.HasSameCheckpoints("whole", "run", 12);
    }

    [Fact]
    public async Task AFolderOfImagesAloneIsOneClass()
    {
        using var place = new Workplace();
        TinyImages.Write(place);
        string folder = Path.Combine(TinyImages.FolderName, "down");
        string[] train = [.. Train("run", 4).Select(argument => argument == TinyImages.FolderName ? folder : argument)];
        string output = (await place.RunAsync(train)).Succeeded().Output;
        Assert.Contains("There is one class", output, StringComparison.Ordinal);
        (await place.RunAsync("generate", "run", "--count", "2", "--steps", "1")).Succeeded();
        Assert.True(place.Has("images.png"));
        await place.RefusesAsync(["holds 0 folders with images"], "train", "vision", folder);
    }

    private static string[] Train(string folder, int steps) =>
    [
        "train", "imagery", TinyImages.FolderName, "--out", folder, "--budget", $"{steps}steps", "--threads", "1", "--set",
        "network.layerCount=2", "network.width=48", "network.headCount=4", "batchSize=32", "imageSide=12", "channelCount=1",
        "sampleCount=150", "stepCount=8", "judgeBudget=60steps", "learning.averageDecay=0.98", "learning.examineEverySteps=100",
    ];

    /// <summary>A maker of stripes.</summary>
    public sealed class TrainedMaker : IAsyncLifetime
    {
        public Workplace Workplace { get; } = new();

        internal CommandResult Result { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            TinyImages.Write(Workplace);
            Result = (await Workplace.RunAsync(Train("run", Steps))).Succeeded();
        }

        public ValueTask DisposeAsync()
        {
            Workplace.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
