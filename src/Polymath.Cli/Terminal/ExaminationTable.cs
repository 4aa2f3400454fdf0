using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Terminal;

/// <summary>Metrics, each with the figures beside it, as a table.</summary>
internal static class ExaminationTable
{
    // Counts are told from measures by being whole and too large for a measure.
    private const double SmallestCount = 1000;

    /// <summary>Prints the examination of a report.</summary>
    public static void Print(IAnsiConsole console, RunReport report)
    {
        var grid = new Grid().AddColumn(Screen.Column())
            .AddColumn(Screen.Column().PadLeft(0).RightAligned()).AddColumn(new GridColumn().PadRight(0));
        foreach ((string metric, double value) in report.Metrics)
        {
            IEnumerable<ReferenceFigure> references = report.References.Where(reference => reference.Metric == metric);
            grid.AddRow(new Text(Named(metric)), new Text(Figure(value)), new Text(references.Any() ? "this network" : ""));
            foreach (ReferenceFigure reference in references)
            {
                grid.AddRow(Text.Empty, new Text(Figure(reference.Value)), new Text(reference.Name));
            }
        }

        console.Write(grid);
        foreach (string remark in report.Remarks)
        {
            console.Write(new Padder(new Text(remark), new Padding(2, 0, 0, 0)));
        }
    }

    /// <summary>A metric's name as a person reads it.</summary>
    public static string Named(string metric) => metric.Replace('_', ' ');

    private static string Figure(double value) => value == Math.Floor(value) && value >= SmallestCount
        ? value.ToString("N0")
        : value.ToString("G5");
}
