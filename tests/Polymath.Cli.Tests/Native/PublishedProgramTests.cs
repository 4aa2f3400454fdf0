using Polymath.Cli.Tests.Fixtures;
using Polymath.Compute.Cpu;

namespace Polymath.Cli.Tests.Native;

public sealed class PublishedProgramTests(PublishedProgram published) : IClassFixture<PublishedProgram>, IDisposable
{
    private const int Steps = 8;

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void PublishingGivesOneFileWithoutAWarning()
    {
        Assert.True(published.ExitCode == 0, published.Log);
        Assert.DoesNotContain("warning", published.Log, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["polymath"], published.FileNames);
    }

    [Fact]
    public async Task ItSaysWhatTheCommandSays()
    {
        CommandResult expected = (await _place.RunAsync("train", "--help")).Succeeded();
        using Command command = published.Start(_place.Path, ["train", "--help"]);

        Assert.Equal(expected.Output, (await command.EndAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task ItLearnsTheSameBits()
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        (await _place.RunAsync(TinyText.Train("compiled-at-run-time", Steps))).Succeeded();
        using Command command = published.Start(_place.Path, TinyText.Train("published", Steps));
        (await command.EndAsync()).Succeeded();

        Assert.Equal(Parameters("compiled-at-run-time"), Parameters("published"));
    }

    [Theory]
    [InlineData("x86-64", "portable")]
    [InlineData("x86-64-v3", "avx2")]
    [InlineData("x86-64-v4", "avx512")]
    public async Task ItGoesOnAsTheImageForTheProcessor(string processor, string kernels)
    {
        Assert.SkipUnless(
            ProcessorLevels.Find(processor) <= ProcessorLevels.Current, $"this machine is no {processor}");
        _place.Write(TinyText.FileName, TinyText.Content);
        using Command command = published.Start(_place.Path, TinyText.Train("run", Steps), processor);
        CommandResult result = (await command.EndAsync()).Succeeded();

        string line = result.Output.Split('\n').Single(line => line.TrimStart().StartsWith("kernels", StringComparison.Ordinal));
        string used = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].TrimEnd(',');
        Assert.StartsWith(kernels, used, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownProcessorIsRefused()
    {
        using Command command = published.Start(_place.Path, ["fields"], processor: "pentium");

        (await command.EndAsync()).Refused("POLYMATH_PROCESSOR", "'pentium'", "x86-64-v3");
    }

    private byte[] Parameters(string run) =>
        _place.Read(run, "checkpoints", $"step-{Steps}", "parameters.safetensors");
}
