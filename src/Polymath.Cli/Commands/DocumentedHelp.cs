using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Polymath.Cli.Terminal;

namespace Polymath.Cli.Commands;

/// <summary>Help with the examples of <see cref="DocumentedCommand"/>, at a width that can be read.</summary>
internal sealed class DocumentedHelp : SynchronousCommandLineAction
{
    // Longer lines are hard to read, however wide the window.
    private const int LargestWidth = 110;

    private readonly HelpAction _help;
    private readonly string _rootExamples;

    private DocumentedHelp(HelpAction help, string rootExamples) => (_help, _rootExamples) = (help, rootExamples);

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Gives a root command and all below it this help; a command that only groups others shows it.</summary>
    /// <param name="root">The root.</param>
    /// <param name="rootExamples">The root's own examples.</param>
    public static void Install(RootCommand root, string rootExamples)
    {
        HelpOption option = root.Options.OfType<HelpOption>().Single();
        var help = (HelpAction)option.Action!;
        int width = Console.IsOutputRedirected ? LargestWidth : Screen.WidthOf(Console.WindowWidth);
        help.MaxWidth = Math.Min(LargestWidth, width);
        var documented = new DocumentedHelp(help, rootExamples);
        option.Action = documented;
        foreach (Command group in root.Subcommands.Append(root).Where(command => command.Subcommands.Count > 0))
        {
            // Unlike --help this does not make up for a wrong word behind it.
            group.SetAction(documented.Invoke);
        }
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int result = _help.Invoke(parseResult);
        string? examples = parseResult.CommandResult.Command switch
        {
            DocumentedCommand documented => documented.Examples,
            RootCommand => _rootExamples,
            _ => null,
        };
        if (examples is not null)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string line in examples.Split('\n'))
            {
                output.WriteLine($"  {line.Replace("polymath ", CommandName.Value + " ", StringComparison.Ordinal)}");
            }

            output.WriteLine();
        }

        return result;
    }
}
