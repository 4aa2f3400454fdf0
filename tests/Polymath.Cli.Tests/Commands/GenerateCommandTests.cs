using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

public sealed class GenerateCommandTests(TrainedRun run)
{
    private const string Prompt = "der Müller, 日本";

    [Fact]
    public async Task TheSameSeedGivesTheSameTextAndAnotherAnother()
    {
        string first = await GenerateAsync(Prompt, "--max-tokens", "40", "--seed", "5");
        Assert.StartsWith(Prompt, first, StringComparison.Ordinal);
        Assert.Equal(first, await GenerateAsync(Prompt, "--max-tokens", "40", "--seed", "5", "--threads", "2"));
        Assert.NotEqual(first, await GenerateAsync(Prompt, "--max-tokens", "40", "--seed", "6"));
    }

    [Fact]
    public async Task AtTemperatureZeroTheSeedDoesNotMatter()
    {
        string greedy = await GenerateAsync(Prompt, "--temperature", "0", "--max-tokens", "30", "--seed", "5");
        Assert.Equal(greedy, await GenerateAsync(Prompt, "--temperature", "0", "--max-tokens", "30", "--seed", "6"));
        Assert.Equal(greedy, await GenerateAsync(Prompt, "--top-k", "1", "--max-tokens", "30"));
    }

    [Fact]
    public async Task TheTextEndsBeforeAStopString()
    {
        string[] options = ["--max-tokens", "60", "--temperature", "0.4"];
        string whole = await GenerateAsync(Prompt, options);
        string added = whole[Prompt.Length..^1];
        Assert.True(added.Length > 12, $"'{added}' is too short for this test");
        string stop = added.Substring(added.Length / 2, 3);
        string expected = Prompt + added[..added.IndexOf(stop, StringComparison.Ordinal)] + "\n";
        Assert.Equal(expected, await GenerateAsync(Prompt, [.. options, "--stop", "never there", "--stop", stop]));
    }

    [Fact]
    public async Task APromptIsReadFromTheStandardInput()
    {
        string[] arguments = ["generate", TrainedRun.Folder, "-", "--max-tokens", "20"];
        CommandResult piped = await run.Workplace.RunWithInputAsync("one 🦜\n", arguments);
        Assert.Equal(await GenerateAsync("one 🦜", "--max-tokens", "20"), piped.Succeeded().Output);
    }

    [Fact]
    public async Task APromptMayLookLikeAnOptionOrAFileOfArguments()
    {
        Assert.StartsWith("@nobody", await GenerateAsync("@nobody", "--max-tokens", "1"), StringComparison.Ordinal);
        Assert.StartsWith("- one", await GenerateAsync("- one", "--max-tokens", "1"), StringComparison.Ordinal);
        string[] arguments = ["generate", TrainedRun.Folder, "--max-tokens", "1", "--", "--help"];
        CommandResult result = (await run.Workplace.RunAsync(arguments)).Succeeded();
        Assert.StartsWith("--help", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingIsAddedWhereNothingIsAskedFor() =>
        Assert.Equal(Prompt + "\n", await GenerateAsync(Prompt, "--max-tokens", "0"));

    // Every token is a character here, some of four bytes: none may come out cut or replaced.
    [Fact]
    public async Task CharactersOfSeveralBytesStayWhole()
    {
        using var place = new Workplace();
        place.Write(TinyText.FileName, TinyText.Content);
        (await place.RunAsync([.. TinyText.Train("run", 1), "tokenizer.kind=Characters"])).Succeeded();
        string[] generate = ["generate", "run", "日本", "--max-tokens", "300", "--temperature", "5"];
        string text = (await place.RunAsync(generate)).Succeeded().Output;
        Assert.Contains("🦜", text, StringComparison.Ordinal);
        Assert.All(text.EnumerateRunes(), rune => Assert.Contains(rune, TinyText.Content.EnumerateRunes()));
    }

    // Bytes of a network that has learnt little are mostly no characters, and a text may end within one.
    [Fact]
    public async Task BytesThatAreNoCharactersAreReplaced()
    {
        string text = await GenerateAsync("", "--max-tokens", "200", "--temperature", "20");
        Assert.Contains('\ufffd', text);
    }

    [Fact]
    public async Task ControlCharactersOfANetworkPassThroughAPipeUnchanged()
    {
        string text = await GenerateAsync("", "--max-tokens", "200", "--temperature", "20");
        Assert.Contains(text, character => char.IsControl(character) && character != '\n');
    }

    [Theory]
    [InlineData(Signals.Interrupt, 130)]
    [InlineData(Signals.Terminate, 143)]
    public async Task ASignalEndsTheTextInGoodOrder(int signal, int exitCode)
    {
        using Command generating = run.Workplace.Start(
            "generate", TrainedRun.Folder, "one\ntwo", "--max-tokens", "100000000", "--threads", "1");
        await generating.ReadUntilAsync("one");
        generating.Signal(signal);
        CommandResult result = await generating.EndAsync();
        Assert.Equal(exitCode, result.ExitCode);
        Assert.EndsWith("\n", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task ARunIsReadWhileItIsTrained()
    {
        using var place = new Workplace();
        place.Write(TinyText.FileName, TinyText.Content);
        using Command training = place.Start([.. TinyText.Train("run", 1_000_000), "learning.examineEverySteps=5"]);
        await training.ReadUntilAsync("step 10  held out");
        CommandResult result = await place.RunAsync("generate", "run", "the", "--max-tokens", "5");
        Assert.StartsWith("the", result.Succeeded().Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
        training.Signal(Signals.Kill);
        Assert.Equal(137, (await training.EndAsync()).ExitCode);
    }

    private async Task<string> GenerateAsync(string prompt, params string[] options)
    {
        string[] arguments = ["generate", TrainedRun.Folder, prompt, .. options];
        CommandResult result = (await run.Workplace.RunAsync(arguments)).Succeeded();
        Assert.Empty(result.Error);
        return result.Output;
    }
}
