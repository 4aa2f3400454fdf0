using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Terminal;

/// <summary>Metrics, each with the figures beside it, as a table.</summary>
internal static class ExaminationTable
{
    // Counts are told from measures by being whole and too large for a measure that happens to be.
    private const double SmallestCount = 10;

    /// <summary>Prints the examination of a report.</summary>
    public static void Print(IAnsiConsole console, RunReport report)
    {
        var grid = new Grid().AddColumn(Screen.Column())
            .AddColumn(Screen.Column().PadLeft(0).RightAligned()).AddColumn(new GridColumn().PadRight(0));
        foreach ((string metric, double value) in report.Metrics)
        {
            IEnumerable<ReferenceFigure> references = report.References.Where(reference => reference.Metric == metric);
            string whose = references.Any() ? "this network" : "";
            grid.AddRow(new Text(Named(metric)), new Text(Figure(value)), new Text(whose));
            foreach (ReferenceFigure reference in references)
            {
                grid.AddRow(Text.Empty, new Text(Figure(reference.Value)), new Text(reference.Name));
            }
        }

        console.Show(grid);
        foreach (ExaminedTable table in report.Tables)
        {
            Print(console, table);
        }

        foreach (string remark in report.Remarks)
        {
            console.Show(new Padder(new Text(remark), new Padding(2, 0, 0, 0)));
        }
    }

    private static void Print(IAnsiConsole console, ExaminedTable table)
    {
        var grid = new Grid().AddColumn(Screen.Column());
        foreach (string _ in table.Heads.Skip(1))
        {
            grid.AddColumn(Screen.Column().PadLeft(0).RightAligned());
        }

        grid.AddRow([.. table.Heads.Select((head, index) => new Text(index == 0 ? table.Title : head))]);
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            grid.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        console.WriteLine();
        console.Show(grid);
    }

    /// <summary>A metric's name as a person reads it.</summary>
    public static string Named(string metric) => metric.Replace('_', ' ');

    /// <summary>A figure, with as many decimals as others of its size.</summary>
    public static string Figure(double value) => value switch
    {
        >= SmallestCount when value == Math.Floor(value) => value.ToString("N0"),
        < 10 => value.ToString("F4"),
        < 1000 => value.ToString("F2"),
        _ => value.ToString("G5"),
    };
}
