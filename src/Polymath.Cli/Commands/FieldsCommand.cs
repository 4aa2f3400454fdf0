using System.CommandLine;
using Polymath.Cli.Terminal;
using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath fields</c>: what can be learnt, and the recipes' keys.</summary>
internal static class FieldsCommand
{
    public static Command Create()
    {
        var field = new Argument<string?>("FIELD")
        {
            Description = "Show this field's recipe, as 'train --recipe' reads it; left out: list all fields.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new DocumentedCommand(
            "fields",
            "List the fields that can be learnt, or show all keys of a field's recipe.",
            """
            polymath fields
            polymath fields text > recipe.json
            """)
        {
            field,
        };
        command.SetAction(parsed => parsed.GetValue(field) is string name ? ShowRecipe(name) : List(Screen.Console));
        return command;
    }

    private static int List(IAnsiConsole console)
    {
        var grid = new Grid().AddColumn(Screen.Column()).AddColumn(new GridColumn().PadRight(0));
        foreach (IField field in FieldCatalogue.All)
        {
            grid.AddRow(new Text(field.Name, new Style(decoration: Decoration.Bold)), new Text(field.Summary));
            foreach (FieldData data in field.Data)
            {
                string note = data == field.Data[0] ? " (default)" : "";
                grid.AddRow(Text.Empty, new Text($"data {data.Name}{note}: {data.Description}"));
            }

            foreach (ReferenceFigure reference in field.References)
            {
                string metric = reference.Metric.Replace('_', ' ');
                grid.AddRow(Text.Empty, new Text($"{metric} {reference.Value:G6}: {reference.Name}"));
            }
        }

        console.Show(grid);
        return 0;
    }

    private static int ShowRecipe(string name)
    {
        IField field = FieldCatalogue.Find(name);
        Console.Write(RecipeDocument.Serialize(field, field.DefaultRecipe));
        return 0;
    }
}
