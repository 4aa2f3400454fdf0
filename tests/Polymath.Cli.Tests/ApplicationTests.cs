using System.CommandLine;
using System.CommandLine.Parsing;
using Polymath.Cli.Commands;
using Polymath.Cli.Tests.Fixtures;
using CommandResult = Polymath.Cli.Tests.Fixtures.CommandResult;

namespace Polymath.Cli.Tests;

public sealed class ApplicationTests : IDisposable
{
    private readonly Workplace _place = new();

    public static TheoryData<string, string> AllCommands
    {
        get
        {
            var commands = new TheoryData<string, string> { { "", "polymath train text" } };
            AddCommands(commands, Application.CreateRoot(), "");
            return commands;
        }
    }

    public void Dispose() => _place.Dispose();

    [Theory]
    [MemberData(nameof(AllCommands))]
    public async Task EveryCommandExplainsItselfWithExamples(string command, string example)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CommandResult result = (await _place.RunAsync([.. words, "--help"])).Succeeded();
        Assert.Contains("\nUsage:\n", result.Output, StringComparison.Ordinal);
        Assert.Contains(example, result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
        Assert.All(result.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
        Assert.DoesNotContain(result.Output, character => char.IsControl(character) && character != '\n');
    }

    // An example that is no command any more would mislead.
    [Fact]
    public void EveryExampleIsACommandLine()
    {
        RootCommand root = Application.CreateRoot();
        string[] examples =
            [.. root.Subcommands.OfType<DocumentedCommand>().SelectMany(command => command.Examples.Split('\n'))];
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
        foreach (string[] words in new string[][] { [], ["data"] })
        {
            string help = (await _place.RunAsync([.. words, "--help"])).Output;
            Assert.Equal(help, (await _place.RunAsync(words)).Succeeded().Output);
        }
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
        string fields = (await _place.RunAsync("fields")).Succeeded().Output;
        Assert.Matches(@"(?m)^  text +Writes text", fields);
        Assert.Matches(@"(?m)^ +data dotnet-docs \(default\): ", fields);
        Assert.Matches(@"(?m)^  vision +Tells images apart", fields);
        Assert.Matches(@"(?m)^  games +Plays video games", fields);
        Assert.Matches(@"(?m)^ +data digits: ", fields);
        string recipe = (await _place.RunAsync("fields", "text")).Succeeded().Output;
        Assert.Contains("\"contextLength\": 256", recipe, StringComparison.Ordinal);
    }

    private static void AddCommands(
        TheoryData<string, string> commands, System.CommandLine.Command parent, string path)
    {
        foreach (System.CommandLine.Command command in parent.Subcommands)
        {
            string name = $"{path} {command.Name}".Trim();
            string? examples = (command as DocumentedCommand)?.Examples;
            commands.Add(name, examples is null ? "" : "\nExamples:\n  " + examples.Split('\n')[0]);
            AddCommands(commands, command, name);
        }
    }
}
