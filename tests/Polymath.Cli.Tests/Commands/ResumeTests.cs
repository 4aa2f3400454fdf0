using System.Text.Json;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

/// <summary>A run that was ended by a signal and resumed is the uninterrupted run to the bit.</summary>
public sealed class ResumeTests(ResumeTests.UninterruptedRun whole)
    : IClassFixture<ResumeTests.UninterruptedRun>, IDisposable
{
    private const int Steps = 800;

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(Signals.Interrupt, 130)]
    [InlineData(Signals.Terminate, 143)]
    [InlineData(Signals.Kill, 137)]
    public async Task AResumedRunIsTheUninterruptedOneToTheBit(int signal, int exitCode)
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        using (Command training = _place.Start([.. Train("1"), "learning.checkpointEverySteps=5"]))
        {
            await training.ReadUntilAsync("step   1/800");
            while (!_place.Entries().Any(entry => entry.StartsWith("run/checkpoints/step-", StringComparison.Ordinal)))
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }

            training.Signal(signal);
            CommandResult ended = await training.EndAsync();
            Assert.Equal(exitCode, ended.ExitCode);
            bool isAnswered = ended.Output.Contains("interrupted at step ", StringComparison.Ordinal);
            Assert.Equal(signal != Signals.Kill, isAnswered);
            Assert.Empty(ended.Error);
        }

        Assert.False(_place.Has("run", "report.json"));
        CommandResult resumed = (await _place.RunAsync("train", "--resume", "run", "--threads", "2")).Succeeded();
        Assert.StartsWith("resuming run at step ", resumed.Output, StringComparison.Ordinal);
        AssertSame();
    }

    [Fact]
    public async Task TheNumberOfThreadsChangesNoBit()
    {
        _place.Write(TinyText.FileName, TinyText.Content);
        (await _place.RunAsync(Train("2"))).Succeeded();
        AssertSame();
    }

    [Fact]
    public async Task ACompleteRunIsExtendedByALargerBudget()
    {
        _place.CopyFolder(whole.Workplace["run"], "run");
        _place.Write(TinyText.FileName, TinyText.Content);
        (await _place.RunAsync("train", "--resume", "run", "--budget", $"{Steps + 2}steps")).Succeeded();
        Assert.True(_place.Has("run", "checkpoints", $"step-{Steps + 2}"));
    }

    private static string[] Train(string threads) =>
        [.. TinyText.Train("run", Steps, threads), "learning.examineEverySteps=400"];

    private void AssertSame()
    {
        foreach (string file in new[] { "parameters.safetensors", "optimizer.safetensors" })
        {
            string path = $"run/checkpoints/step-{Steps}/{file}";
            Assert.True(whole.Workplace.Read(path).AsSpan().SequenceEqual(_place.Read(path)), $"{path} differs");
        }

        Assert.Equal(Losses(whole.Workplace), Losses(_place));
    }

    private static (long Step, double Loss)[] Losses(Workplace place)
    {
        var losses = new List<(long, double)>();
        foreach (string line in File.ReadLines(place["run/metrics.jsonl"]))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("loss", out JsonElement loss))
            {
                losses.Add((document.RootElement.GetProperty("step").GetInt64(), loss.GetDouble()));
            }
        }

        return [.. losses];
    }

    /// <summary>The run that the others are compared with.</summary>
    public sealed class UninterruptedRun : IAsyncLifetime
    {
        public Workplace Workplace { get; } = new();

        public async ValueTask InitializeAsync()
        {
            Workplace.Write(TinyText.FileName, TinyText.Content);
            (await Workplace.RunAsync(Train("1"))).Succeeded();
        }

        public ValueTask DisposeAsync()
        {
            Workplace.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
