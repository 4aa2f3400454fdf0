using System.Globalization;
using System.Text;

namespace Polymath.Learning;

/// <summary>A run's report for people, in Markdown.</summary>
public static class ReportDocument
{
    /// <summary>The text of <c>report.md</c>.</summary>
    /// <param name="report">What the run came to.</param>
    /// <param name="chart">The file name of the loss curve beside it, or null.</param>
    public static string Write(RunReport report, string? chart)
    {
        var text = new StringBuilder();
        text.Append($"# {report.Field}: {Path.GetFileName(report.Run)}\n");
        WriteMetrics(text, report);
        if (chart is not null)
        {
            text.Append($"\n![Loss over the steps]({chart})\n");
        }

        foreach (ExaminedTable table in report.Tables)
        {
            Table(text, table.Title, table.Heads, table.Rows);
        }

        foreach (ExaminedPicture picture in report.Pictures)
        {
            text.Append($"\n## {picture.Title}\n\n![{picture.Title}]({RunFolder.PicturesName}/{picture.FileName})\n");
        }

        Table(text, "Compute", ["", ""], ComputeRows(report.Compute));
        Table(text, "Facts", ["", ""], report.Facts.Select(fact => new[] { fact.Name, fact.Value }));
        if (report.Samples.Count > 0)
        {
            text.Append("\n## Samples\n");
            foreach (string sample in report.Samples)
            {
                // A fence longer than any in the sample cannot be closed by it.
                string fence = sample.Contains("```", StringComparison.Ordinal) ? "``````" : "```";
                text.Append($"\n{fence}\n{sample.TrimEnd()}\n{fence}\n");
            }
        }

        return text.ToString();
    }

    private static void WriteMetrics(StringBuilder text, RunReport report)
    {
        IEnumerable<string[]> rows = report.Metrics.Select(
            metric => new[] { "this run", metric.Key, Figure(metric.Value) });
        IEnumerable<string[]> references = report.References.Select(
            reference => new[] { reference.Name, reference.Metric, Figure(reference.Value) });
        Table(text, "Examination", ["", "metric", "value"], rows.Concat(references));
        foreach (string remark in report.Remarks)
        {
            text.Append($"\n- {remark}");
        }

        text.Append(report.Remarks.Count > 0 ? "\n" : "");
    }

    private static IEnumerable<string[]> ComputeRows(ComputeReport compute)
    {
        yield return ["parameters", Count(compute.ParameterCount)];
        yield return ["steps", Count(compute.Steps)];
        yield return [compute.RowName, Count(compute.Rows)];
        yield return ["operations", $"{compute.Operations:0.00e+0} ({compute.PetaflopDays:0.00e+0} petaflop/s-days)"];
        if (compute.RecomputedShare > 0)
        {
            yield return ["recomputed activations", $"{compute.RecomputedShare:0.0 %} more operations, not counted above"];
        }

        yield return ["learning time", $"{compute.LearningTime.TotalSeconds:0.0} s"];
        string rows = $"{Count((long)compute.RowsPerSecond)} {compute.RowName}/s";
        yield return ["rate", $"{rows}, {compute.FlopsPerSecond / 1e9:0.0} GFLOP/s"];
        if (compute.PeakFlopsPerSecond > 0)
        {
            string peak = $"{compute.PeakFlopsPerSecond / 1e9:0} GFLOP/s";
            yield return ["share of the measured peak", $"{compute.ShareOfPeak:P1} of {peak}"];
        }

        yield return ["computed by", $"{compute.Kernels}, {compute.ThreadCount} threads"];
        if (compute.Memory is MemoryReport memory)
        {
            string planned = Mebibytes(memory.TotalBytes);
            yield return ["memory", $"{planned} planned, {Mebibytes(compute.PeakMemoryBytes)} at the peak of learning"];
        }
    }

    private static void Table(
        StringBuilder text, string title, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> all = [.. rows];
        if (all.Count == 0)
        {
            return;
        }

        text.Append($"\n## {title}\n\n");
        Row(heads);
        Row(heads.Select(_ => "---"));
        foreach (IReadOnlyList<string> row in all)
        {
            Row(row.Select(Escape));
        }

        void Row(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    private static string Escape(string cell) =>
        cell.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static string Figure(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Mebibytes(long bytes) => $"{bytes / (double)(1 << 20):N0} MiB";
}
