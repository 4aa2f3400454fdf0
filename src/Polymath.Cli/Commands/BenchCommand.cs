using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Polymath.Cli.Benchmarks;
using Polymath.Cli.Terminal;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Spectre.Console;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath bench</c>: speed beside this machine's peaks and other programs, measured in one run.</summary>
internal static class BenchCommand
{
    private static readonly (string Name, string Summary, Func<int, Action<string>, IEnumerable<BenchmarkRow>> Run)[] Benchmarks =
    [
        ("matrices", "matrix products at the shapes of training and decoding, beside this machine's peaks",
            (threads, _) => MatrixBenchmark.Run(InstructionSets.Chosen, threads)),
        ("characters", "nanoGPT's character model for a CPU, 2 000 steps, beside PyTorch", CharacterBenchmark.Run),
        ("gpt2", "training steps of GPT-2 124M, beside PyTorch", TrainingBenchmark.Run),
        ("startup", "how long 'polymath --help' takes", (_, _) => StartupBenchmark.Run()),
        ("tokenizers", "training of a byte-pair vocabulary on the default text, and encoding", (_, _) => TokenizerBenchmark.Run()),
    ];

    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "One benchmark; all when left out. " + string.Join(
                "; ", Benchmarks.Select(benchmark => $"{benchmark.Name}: {benchmark.Summary}")) + ".",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var threads = CommonOptions.Threads(threadCount: 1);
        Option<bool> json = CommonOptions.Json();
        var command = new DocumentedCommand(
            "bench",
            "Measure the speed, beside this machine's peaks and the other programs that are installed.",
            """
            polymath bench
            polymath bench matrices --threads 2
            polymath bench gpt2 --json
            """)
        {
            name, threads, json,
        };
        command.SetAction(parsed => Execute(
            parsed.GetValue(name), KernelChoice.ThreadCount(parsed.GetValue(threads)), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(string? name, int threads, bool json)
    {
        if (name is not null && Benchmarks.All(benchmark => benchmark.Name != name))
        {
            throw new InvalidInputException(
                $"unknown benchmark '{name}', expected one of: {string.Join(", ", Benchmarks.Select(benchmark => benchmark.Name))}");
        }

        var rows = new List<BenchmarkRow>();
        foreach (var benchmark in Benchmarks.Where(benchmark => name is null || benchmark.Name == name))
        {
            Console.Error.WriteLine($"{benchmark.Name}: {benchmark.Summary} ...");
            rows.AddRange(benchmark.Run(threads, Console.Error.WriteLine));
        }

        if (json)
        {
            WriteJson(rows);
        }
        else
        {
            Print(Screen.Console, rows);
        }

        return 0;
    }

    private static void Print(IAnsiConsole console, List<BenchmarkRow> rows)
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

        console.Show(table);
    }

    private static void WriteJson(List<BenchmarkRow> rows)
    {
        using Stream output = Console.OpenStandardOutput();
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
        json.WriteNumber("value", row.Value);
        json.WriteString("unit", row.Unit);
        json.WriteString("reference", row.Reference);
        if (row.Ratio is double ratio)
        {
            json.WriteNumber("ratio", ratio);
        }
        else
        {
            json.WriteNull("ratio");
        }

        json.WriteNumber("threads", row.Threads);
        json.WriteEndObject();
    }
}
