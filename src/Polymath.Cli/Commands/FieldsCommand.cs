using System.CommandLine;
using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath fields</c>: what can be learnt.</summary>
internal static class FieldsCommand
{
    public static Command Create()
    {
        var command = new Command("fields", "List the fields that can be learnt, and figures to compare with.");
        command.SetAction(_ => Run(AnsiConsole.Console));
        return command;
    }

    private static int Run(IAnsiConsole console)
    {
        foreach (IField field in FieldCatalogue.All)
        {
            console.MarkupLineInterpolated($"[bold]{field.Name}[/]  {field.Summary}");
            foreach (ReferenceFigure reference in field.References)
            {
                console.MarkupLineInterpolated($"      {reference.Metric} {reference.Value}: {reference.Name}");
            }
        }

        return 0;
    }
}
