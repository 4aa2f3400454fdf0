using System.Buffers;
using System.Text;
using System.Text.Json;
using Polymath.Formats.Files;

namespace Polymath.Learning;

/// <summary>
/// <c>metrics.jsonl</c>: a line of JSON a step and an examination, appended as they come. A resumed run drops what lies
/// behind its checkpoint, so that no step is there twice. Steady writing allocates nothing.
/// </summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly Utf8JsonWriter _json;
    private readonly FileStream _stream;

    /// <summary>Opens the file to continue it after a step; 0: a new run.</summary>
    public MetricsLog(string path, long resumedStep)
    {
        if (File.Exists(path))
        {
            Truncate(path, resumedStep);
        }

        _json = new Utf8JsonWriter(_line);
        _stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Appends a step.</summary>
    public void Write(in StepReport report)
    {
        Begin(report.Step);
        _json.WriteNumber("loss"u8, report.Loss);
        _json.WriteNumber("learningRate"u8, report.LearningRate);
        _json.WriteNumber("gradientNorm"u8, report.GradientNorm);
        _json.WriteNumber("rows"u8, report.Rows);
        _json.WriteNumber("rowsPerSecond"u8, Math.Round(report.RowsPerSecond, 1));
        _json.WriteNumber("flopsPerSecond"u8, Math.Round(report.FlopsPerSecond));
        _json.WriteNumber("shareOfPeak"u8, Math.Round(report.ShareOfPeak, 4));
        _json.WriteNumber("learningSeconds"u8, Math.Round(report.LearningTime.TotalSeconds, 3));
        End();
    }

    /// <summary>Appends an examination.</summary>
    public void Write(ExaminationReport report)
    {
        Begin(report.Step);
        _json.WriteString("examination"u8, report.IsFinal ? "final"u8 : "passing"u8);
        _json.WriteStartObject("metrics"u8);
        foreach ((string name, double value) in report.Result.Metrics)
        {
            RunReport.WriteNumber(_json, name, value);
        }

        _json.WriteEndObject();
        End();
    }

    /// <summary>Forces the lines to the disk.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _stream.Dispose();
    }

    /// <summary>Reads back the points of a curve: the lines that have this number.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The number's key: <c>loss</c>, or a metric's name.</param>
    /// <param name="isMetric">Whether it is a metric of examinations in passing.</param>
    public static IReadOnlyList<(double Step, double Value)> ReadCurve(string path, string name, bool isMetric)
    {
        List<(double, double)> points = [];
        foreach (string line in File.ReadLines(path))
        {
            if (Parse(line) is not JsonDocument document)
            {
                continue;
            }

            using (document)
            {
                JsonElement source = document.RootElement;
                bool isThere = !isMetric || (!IsFinal(source) && source.TryGetProperty("metrics", out source));
                if (isThere && source.TryGetProperty(name, out JsonElement value)
                    && value.ValueKind == JsonValueKind.Number)
                {
                    points.Add((document.RootElement.GetProperty("step").GetInt64(), value.GetDouble()));
                }
            }
        }

        return points;
    }

    private static void Truncate(string path, long resumedStep)
    {
        var kept = new StringBuilder();
        foreach (string line in File.ReadLines(path))
        {
            using JsonDocument? document = Parse(line);
            if (document is not null && !IsFinal(document.RootElement)
                && document.RootElement.GetProperty("step").GetInt64() <= resumedStep)
            {
                kept.Append(line).Append('\n');
            }
        }

        AtomicFile.WriteAllText(path, kept.ToString());
    }

    // The last line of a killed run may be a part of one.
    private static JsonDocument? Parse(string line)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(line);
            bool isLine = document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("step", out JsonElement step) && step.TryGetInt64(out _);
            return isLine ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsFinal(JsonElement line) =>
        line.TryGetProperty("examination", out JsonElement depth) && depth.ValueEquals("final"u8);

    private void Begin(long step)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("step"u8, step);
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _line.GetSpan(1)[0] = (byte)'\n';
        _line.Advance(1);
        _stream.Write(_line.WrittenSpan);
    }
}
