using System.CommandLine;
using Polymath.Cli.Benchmarks;
using Polymath.Cli.Benchmarks.Inference;
using Polymath.Cli.Benchmarks.Training;
using Polymath.Cli.Terminal;
using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath bench</c>: speed beside this machine's peaks and other programs, measured in one run.</summary>
internal static class BenchCommand
{
    private static readonly (string Name, string Summary, Func<int, Action<string>, IEnumerable<BenchmarkRow>> Run)[] Benchmarks =
    [
        ("kernels", "matrix products at the shapes of training and decoding, beside this machine's peaks",
            (threads, _) => MatrixBenchmark.Run(InstructionSets.Chosen, threads)),
        ("attention", "attention forward and backward at the shapes of training, beside this machine's peaks",
            (threads, _) => AttentionBenchmark.Run(InstructionSets.Chosen, threads)),
        ("training", "training steps of GPT-2 124M, of a small model and of nanoGPT's character model, beside PyTorch",
            TrainingBenchmark.Run),
        ("profile", "where the time of a training step goes, kernel by kernel", (threads, _) => StepProfile.Run(threads)),
        ("vision", "training steps of the default network of images, beside PyTorch", VisionBenchmark.Run),
        ("threads", "training steps of GPT-2 124M by one thread, by several, and by several beside a busy process",
            ThreadBenchmark.Run),
        ("characters", "nanoGPT's character model for a CPU, 2 000 steps, beside PyTorch", CharacterBenchmark.Run),
        ("precision", "the small model's losses after 2 000 steps of bf16 and of fp32", PrecisionBenchmark.Run),
        ("weights", "one row times packed weights of every format, beside the memory's read bandwidth",
            (threads, _) => WeightsBenchmark.Run(InstructionSets.Chosen, threads)),
        ("inference", "prompts and their continuation by a 1.1 billion model of 8 and of 4 bits, beside llama.cpp",
            (threads, notes) => InferenceBenchmark.Run(InferenceModel.TinyLlama, threads, notes)),
        ("inference-small", "the same by a model as large as GPT-2's smallest",
            (threads, notes) => InferenceBenchmark.Run(InferenceModel.Small, threads, notes)),
        ("environments", "steps of the games that come with the command", (_, _) => EnvironmentBenchmark.Run()),
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
            polymath bench kernels --threads 2
            polymath bench training --json
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
            using Stream output = Console.OpenStandardOutput();
            BenchmarkReport.WriteJson(output, rows);
        }
        else
        {
            Screen.Console.Show(BenchmarkReport.TableOf(rows));
        }

        return 0;
    }
}
