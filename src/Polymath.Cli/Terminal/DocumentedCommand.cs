using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Polymath.Cli.Terminal;

/// <summary>A command that shows examples below its own help, and not in the list of commands.</summary>
internal sealed class DocumentedCommand(string name, string description, string examples) : Command(name, description)
{
    /// <summary>A few command lines, one a line.</summary>
    public string Examples { get; } = examples;

    /// <summary>Lets the help of a root command show examples.</summary>
    /// <param name="root">The root.</param>
    /// <param name="rootExamples">The root's own.</param>
    public static void ShowExamples(RootCommand root, string rootExamples)
    {
        HelpOption option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ExamplesAction((HelpAction)option.Action!, rootExamples);
    }

    private sealed class ExamplesAction(HelpAction help, string rootExamples) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int result = help.Invoke(parseResult);
            string? examples = parseResult.CommandResult.Command switch
            {
                DocumentedCommand documented => documented.Examples,
                RootCommand => rootExamples,
                _ => null,
            };
            if (examples is not null)
            {
                TextWriter output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (string line in examples.Split('\n'))
                {
                    output.WriteLine("  " + line);
                }

                output.WriteLine();
            }

            return result;
        }
    }
}
