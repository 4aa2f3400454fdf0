using System.CommandLine;
using System.Runtime.InteropServices;
using Polymath.Cli.Terminal;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Measurements;
using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath train</c>: learns a field, or goes on with a run.</summary>
internal sealed class TrainCommand
{
    private const string RunsFolder = "runs";

    private readonly Argument<string?> _field = new("FIELD")
    {
        Description = "What to learn: a name of 'polymath fields'. Left out with --resume.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string[]> _data = new("DATA")
    {
        Description = "Files, folders, or names of 'polymath data list'; left out: the field's default.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _budget = new("--budget")
    {
        Description = "How long to learn: 3m, 1.5h, 2000steps, 5e15flop.",
    };

    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<string?> _recipe = new("--recipe") { Description = "A JSON file with keys of the recipe." };
    private readonly Option<string?> _out = new("--out") { Description = "The run's folder; left out: runs/FIELD-N." };
    private readonly Option<string?> _resume = new("--resume") { Description = "Go on with the run in this folder." };
    private readonly Option<long?> _resumeStep = new("--resume-step")
    {
        Description = "With --resume: the checkpoint of this step, not the newest.",
    };

    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<ulong?> _seed = new("--seed") { Description = "The seed of all randomness." };
    private readonly Option<bool> _fast = new("--fast-dev-run")
    {
        Description = "Three steps and a short examination, everything written: does it work at all?",
    };

    public static Command Create()
    {
        var parts = new TrainCommand();
        var command = new DocumentedCommand(
            "train",
            "Learn a field: train, examine, write samples and a report into a run's folder. Ctrl-C saves a checkpoint; --resume goes on exactly where the run stopped.",
            """
            polymath train text
            polymath train text book.txt notes/ --budget 20m --out runs/book
            polymath train text moby-dick --set network.width=384 --set learning.optimizer=AdamW
            polymath train text --set from=model --budget 500steps
            polymath train --resume runs/text-1
            polymath train --resume runs/text-1 --budget 2h
            """)
        {
            parts._field, parts._data, parts._budget, parts._set, parts._recipe, parts._out, parts._resume,
            parts._resumeStep, parts._threads, parts._seed, parts._fast,
        };
        command.SetAction(parts.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        using RunFolder folder = OpenFolder(parsed, out IField field, out Recipe recipe);
        using CpuKernels kernels = KernelChoice.Create(parsed.GetValue(_threads));
        bool live = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
        var display = new TrainingDisplay(Console.Out, AnsiConsole.Console, live, TimeProvider.System);
        using var signals = new SignalCancellation();
        var options = new TrainingOptions
        {
            Observer = display,
            PeakFlopsPerSecond = kernels.ThreadCount * PeakMeter.MeasureFlops(KernelChoice.InstructionSet),
            FastDevelopmentRun = parsed.GetValue(_fast),
            ResumeStep = parsed.GetValue(_resumeStep),
        };
        TrainingOutcome outcome = Training.Run(field, recipe, folder, kernels, options, signals.Token);
        display.CloseLine();
        if (!outcome.IsComplete)
        {
            Console.WriteLine(outcome.CheckpointPath is null
                ? "interrupted before the first checkpoint"
                : $"interrupted at step {outcome.Step:N0}; 'polymath train --resume {Shown(folder.Path)}' goes on");
            throw new InterruptedException(signals.Signal);
        }

        ExaminationTable.Print(AnsiConsole.Console, outcome.Report!);
        Console.WriteLine($"report: {Shown(folder.ReportPath)}   chart: {Shown(folder.LossChartPath)}");
        Console.WriteLine($"continue a text: polymath generate {Shown(folder.Path)} \"...\"");
        return 0;
    }

    private RunFolder OpenFolder(ParseResult parsed, out IField field, out Recipe recipe)
    {
        List<string> edits = [.. parsed.GetValue(_set) ?? []];
        if (parsed.GetValue(_budget) is string budget)
        {
            edits.Add($"budget={budget}");
        }

        if (parsed.GetValue(_seed) is ulong seed)
        {
            edits.Add($"seed={seed}");
        }

        string[] data = parsed.GetValue(_data) ?? [];
        return parsed.GetValue(_resume) is string run
            ? Resume(run, parsed, data, edits, out field, out recipe)
            : Create(parsed, data, edits, out field, out recipe);
    }

    private RunFolder Create(
        ParseResult parsed, string[] data, List<string> edits, out IField field, out Recipe recipe)
    {
        string name = parsed.GetValue(_field)
            ?? throw new InvalidInputException("what is to be learnt? Name a field, for example: polymath train text");
        if (parsed.GetValue(_resumeStep) is not null)
        {
            throw new InvalidInputException("--resume-step goes with --resume");
        }

        field = FieldCatalogue.Find(name);
        recipe = RecipeDocument.Compose(field, parsed.GetValue(_recipe), edits);
        recipe = data.Length > 0 ? recipe with { Data = data } : recipe;
        return RunFolder.Create(parsed.GetValue(_out) ?? NextFolder(name));
    }

    private RunFolder Resume(
        string run, ParseResult parsed, string[] data, List<string> edits, out IField field, out Recipe recipe)
    {
        if (data.Length > 0 || parsed.GetValue(_recipe) is not null || parsed.GetValue(_out) is not null)
        {
            throw new InvalidInputException("a resumed run keeps its data, recipe and folder: give only --budget or --set with --resume");
        }

        RunFolder folder = RunFolder.Resume(run);
        try
        {
            string name = folder.ReadField();
            if (parsed.GetValue(_field) is string given && given != name)
            {
                throw new InvalidInputException($"{run} learns {name}, not {given}");
            }

            field = FieldCatalogue.Find(name);
            recipe = folder.ReadRecipe(field, edits);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static string NextFolder(string field)
    {
        for (int number = 1; ; number++)
        {
            string path = Path.Combine(RunsFolder, $"{field}-{number}");
            if (!Path.Exists(path))
            {
                return path;
            }
        }
    }

    private static string Shown(string path) => Path.GetRelativePath(Directory.GetCurrentDirectory(), path);

    /// <summary>Turns Ctrl-C and SIGTERM into a request to save and stop; a second one ends the process at once.</summary>
    private sealed class SignalCancellation : IDisposable
    {
        private readonly CancellationTokenSource _source = new();
        private readonly PosixSignalRegistration[] _registrations;

        public SignalCancellation() => _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 2)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 15)),
        ];

        public CancellationToken Token => _source.Token;

        public int Signal { get; private set; } = 2;

        public void Dispose()
        {
            Array.ForEach(_registrations, registration => registration.Dispose());
            _source.Dispose();
        }

        private void Stop(PosixSignalContext context, int signal)
        {
            context.Cancel = !_source.IsCancellationRequested;
            Signal = signal;
            _source.Cancel();
        }
    }
}
