using System.CommandLine;
using System.CommandLine.Parsing;
using Polymath.Cli.Commands;
using Polymath.Cli.Tests.Fixtures;
using CommandResult = Polymath.Cli.Tests.Fixtures.CommandResult;

namespace Polymath.Cli.Tests;

public sealed class ApplicationTests : IDisposable
{
    private readonly Workplace _place = new();

    public static TheoryData<string> AllCommands => ["", .. CommandLines(Application.CreateRoot(), "")];

    public void Dispose() => _place.Dispose();

    [Theory]
    [MemberData(nameof(AllCommands))]
    public async Task EveryCommandExplainsItself(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CommandResult result = (await _place.RunAsync([.. words, "--help"])).Succeeded();
        Assert.Contains("\nUsage:\n", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
        Assert.All(result.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
        Assert.DoesNotContain(result.Output, character => char.IsControl(character) && character != '\n');
    }

    [Theory]
    [InlineData("polymath train text   ")]
    [InlineData("train", "polymath train --resume runs/text-1")]
    [InlineData("evaluate", "polymath evaluate runs/text-1")]
    [InlineData("generate", "polymath generate runs/text-1")]
    [InlineData("export", "polymath export runs/text-1 model")]
    [InlineData("fields", "polymath fields text")]
    [InlineData("data", "polymath data get moby-dick")]
    [InlineData("bench", "polymath bench")]
    public async Task HelpShowsExamples(params string[] words)
    {
        string output = (await _place.RunAsync([.. words[..^1], "--help"])).Succeeded().Output;
        Assert.Contains("Examples:\n", output, StringComparison.Ordinal);
        Assert.Contains($"  {words[^1]}", output, StringComparison.Ordinal);
    }

    // An example that is no command any more would mislead.
    [Fact]
    public void EveryExampleIsACommandLine()
    {
        RootCommand root = Application.CreateRoot();
        string[] examples = [.. root.Subcommands.OfType<DocumentedCommand>().SelectMany(command => command.Examples.Split('\n'))];
        Assert.True(examples.Length > 15);
        foreach (string example in examples)
        {
            string line = example[(example.IndexOf("polymath ", StringComparison.Ordinal) + "polymath ".Length)..];
            string[] words = [.. CommandLineParser.SplitCommandLine(line.Split('>')[0])];
            Assert.Empty(CommandLineFaults.Of(CommandLineParser.Parse(root, words)));
        }
    }

    [Fact]
    public async Task WithoutACommandTheHelpIsShown()
    {
        Assert.Equal((await _place.RunAsync("--help")).Output, (await _place.RunAsync()).Succeeded().Output);
        Assert.Equal((await _place.RunAsync("data", "--help")).Output, (await _place.RunAsync("data")).Succeeded().Output);
    }

    [Theory]
    [InlineData("unknown command 'frobnicate', expected one of: train, evaluate", "frobnicate")]
    [InlineData("unknown command 'fetch', expected one of: list, get", "data", "fetch")]
    [InlineData("RUN is missing: a run's folder", "evaluate")]
    [InlineData("NAME is missing: a data set", "data", "get")]
    [InlineData("unexpected argument 'more'", "export", "run", "model", "more")]
    [InlineData("unknown option '--frob'", "fields", "--frob=3")]
    [InlineData("unknown option '-x'", "generate", "run", "-x")]
    [InlineData("'--max-tokens'", "generate", "run", "prompt", "--max-tokens")]
    [InlineData("unknown field 'chess', expected one of: text", "fields", "chess")]
    [InlineData("unknown benchmark 'sleep', expected one of: ", "bench", "sleep")]
    [InlineData("--threads is -1", "bench", "tokenizers", "--threads", "-1")]
    public Task AWrongCommandLineIsRefused(string words, params string[] arguments) =>
        _place.RefusesAsync([words], arguments);

    [Fact]
    public async Task TheFieldsAreListedAndTheirRecipesShown()
    {
        Assert.StartsWith("  text  Writes text", (await _place.RunAsync("fields")).Succeeded().Output, StringComparison.Ordinal);
        string recipe = (await _place.RunAsync("fields", "text")).Succeeded().Output;
        Assert.Contains("\"contextLength\": 256", recipe, StringComparison.Ordinal);
    }

    private static IEnumerable<string> CommandLines(System.CommandLine.Command parent, string path)
    {
        foreach (System.CommandLine.Command command in parent.Subcommands)
        {
            string name = $"{path} {command.Name}".Trim();
            yield return name;
            foreach (string inner in CommandLines(command, name))
            {
                yield return inner;
            }
        }
    }
}
