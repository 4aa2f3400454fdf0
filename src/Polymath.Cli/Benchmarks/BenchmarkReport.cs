using System.Runtime.InteropServices;
using System.Text.Json;
using Spectre.Console;

namespace Polymath.Cli.Benchmarks;

/// <summary>Measurements for a person, as a table, and for a program, as JSON of a stable shape.</summary>
internal static class BenchmarkReport
{
    /// <summary>The rows as a table.</summary>
    public static Table TableOf(IEnumerable<BenchmarkRow> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("what", "value", "unit", "ratio", "to");
        table.Columns[1].RightAligned();
        table.Columns[3].RightAligned();
        foreach (BenchmarkRow row in rows)
        {
            table.AddRow(
                new Text($"{row.Bench}: {row.Name}"), new Text(row.Value.ToString("G5")), new Text(row.Unit),
                new Text(row.Ratio?.ToString("F3") ?? ""), new Text(row.Reference ?? ""));
        }

        return table;
    }

    /// <summary>Writes the machine and the rows; a number that is not finite is null.</summary>
    public static void WriteJson(Stream output, IEnumerable<BenchmarkRow> rows)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("machine");
            json.WriteString("system", RuntimeInformation.OSDescription);
            json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString());
            json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
            json.WriteNumber("cores", Environment.ProcessorCount);
            json.WriteEndObject();
            json.WriteStartArray("rows");
            foreach (BenchmarkRow row in rows)
            {
                WriteRow(json, row);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteRow(Utf8JsonWriter json, BenchmarkRow row)
    {
        json.WriteStartObject();
        json.WriteString("bench", row.Bench);
        json.WriteString("name", row.Name);
        WriteNumber(json, "value", row.Value);
        json.WriteString("unit", row.Unit);
        json.WriteString("reference", row.Reference);
        WriteNumber(json, "ratio", row.Ratio);
        json.WriteNumber("threads", row.Threads);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? number)
    {
        if (number is double value && double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
