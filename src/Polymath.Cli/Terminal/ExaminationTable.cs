using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Terminal;

/// <summary>Metrics and the figures beside them, as a table.</summary>
internal static class ExaminationTable
{
    /// <summary>Prints the examination of a report.</summary>
    public static void Print(IAnsiConsole console, RunReport report)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("", "metric", "value");
        table.Columns[2].RightAligned();
        foreach ((string name, double value) in report.Metrics)
        {
            Row("this network", name, value);
        }

        foreach (ReferenceFigure reference in report.References)
        {
            Row(reference.Name, reference.Metric, reference.Value);
        }

        console.Write(table);
        foreach (string remark in report.Remarks)
        {
            console.WriteLine(remark);
        }

        void Row(string whose, string metric, double value) =>
            table.AddRow(new Text(whose), new Text(metric.Replace('_', ' ')), new Text($"{value:G6}"));
    }
}
