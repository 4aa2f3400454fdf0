using System.Text.Json;

namespace Polymath.Learning;

/// <summary>What a run came to: <c>report.json</c>, and what commands print under <c>--json</c>.</summary>
/// <param name="Field">The field.</param>
/// <param name="Run">The run's folder.</param>
/// <param name="Metrics">Every metric by name, the decisive one first.</param>
/// <param name="References">Figures to compare with.</param>
/// <param name="Compute">What it cost.</param>
public sealed record RunReport(
    string Field, string Run, IReadOnlyList<KeyValuePair<string, double>> Metrics,
    IReadOnlyList<ReferenceFigure> References, ComputeReport Compute)
{
    /// <summary>Facts of the field, for the report that people read.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>What a reader must know to understand the metrics.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Tables of the examination.</summary>
    public IReadOnlyList<ExaminedTable> Tables { get; init; } = [];

    /// <summary>Pictures of the examination.</summary>
    public IReadOnlyList<ExaminedPicture> Pictures { get; init; } = [];

    /// <summary>What the network made.</summary>
    public IReadOnlyList<string> Samples { get; init; } = [];

    /// <summary>The report of an examination. The field's published figures stay out: they are of other data.</summary>
    public static RunReport Of(
        IField field, IFieldSession session, string runPath, ExaminationResult examined, ComputeReport compute) =>
        new(field.Name, runPath, examined.Metrics, examined.References, compute)
        {
            Facts = session.Facts,
            Remarks = examined.Remarks,
            Tables = examined.Tables,
            Pictures = examined.Pictures,
        };

    /// <summary>Writes the stable JSON: field, run, metrics, references, tables, compute.</summary>
    public void WriteJson(Stream stream)
    {
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("field", Field);
            json.WriteString("run", Run);
            json.WriteStartObject("metrics");
            foreach ((string name, double value) in Metrics)
            {
                WriteNumber(json, name, value);
            }

            json.WriteEndObject();
            WriteReferences(json);
            WriteTables(json);
            WriteCompute(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>A number, or null where it is none: JSON knows neither NaN nor infinity.</summary>
    internal static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private void WriteReferences(Utf8JsonWriter json)
    {
        json.WriteStartArray("references");
        foreach (ReferenceFigure reference in References)
        {
            json.WriteStartObject();
            json.WriteString("name", reference.Name);
            json.WriteString("metric", reference.Metric);
            WriteNumber(json, "value", reference.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteTables(Utf8JsonWriter json)
    {
        json.WriteStartArray("tables");
        foreach (ExaminedTable table in Tables)
        {
            json.WriteStartObject();
            json.WriteString("title", table.Title);
            WriteTexts(json, "heads", table.Heads);
            json.WriteStartArray("rows");
            foreach (IReadOnlyList<string> row in table.Rows)
            {
                WriteTexts(json, null, row);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string? name, IReadOnlyList<string> texts)
    {
        if (name is not null)
        {
            json.WritePropertyName(name);
        }

        json.WriteStartArray();
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private void WriteCompute(Utf8JsonWriter json)
    {
        json.WriteStartObject("compute");
        json.WriteString("kernels", Compute.Kernels);
        json.WriteNumber("threads", Compute.ThreadCount);
        json.WriteNumber("parameters", Compute.ParameterCount);
        json.WriteNumber("steps", Compute.Steps);
        json.WriteString("rowName", Compute.RowName);
        json.WriteNumber("rows", Compute.Rows);
        json.WriteNumber("operations", Compute.Operations);
        json.WriteNumber("recomputedShare", Compute.RecomputedShare);
        json.WriteNumber("petaflopDays", Compute.PetaflopDays);
        json.WriteNumber("learningSeconds", Compute.LearningTime.TotalSeconds);
        json.WriteNumber("rowsPerSecond", Compute.RowsPerSecond);
        json.WriteNumber("flopsPerSecond", Compute.FlopsPerSecond);
        json.WriteNumber("peakFlopsPerSecond", Compute.PeakFlopsPerSecond);
        json.WriteNumber("shareOfPeak", Compute.ShareOfPeak);
        json.WriteNumber("plannedMemoryBytes", Compute.Memory?.TotalBytes ?? 0);
        json.WriteNumber("peakMemoryBytes", Compute.PeakMemoryBytes);
        json.WriteEndObject();
    }
}
