using System.CommandLine;
using Polymath.Cli.Terminal;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Measurements;
using Polymath.Learning;

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
        Description = "How long to learn: 90s, 3m, 1.5h, 2000steps or 5e15flop.",
        HelpName = "amount",
    };

    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<string?> _recipe = new("--recipe")
    {
        Description = "A JSON file with some or all keys of the recipe; --set goes beyond it.",
        HelpName = "file",
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "The run's folder, new or empty; left out: runs/FIELD-N.",
        HelpName = "folder",
    };

    private readonly Option<string?> _resume = new("--resume")
    {
        Description = "Go on with the run in this folder from its newest checkpoint; --budget is for the whole run.",
        HelpName = "folder",
    };

    private readonly Option<long?> _resumeStep = NumberOption.CreateOptional<long>(
        "--resume-step", "step", "With --resume: go on from the checkpoint of this step.");

    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<ulong?> _seed = NumberOption.CreateOptional<ulong>(
        "--seed", "number", "The seed of all randomness; the same seed, recipe and data give the same bits.");

    private readonly Option<bool> _strict = new("--strict")
    {
        Description = "Refuse data with a damaged item; else it is named, counted and left out.",
    };

    private readonly Option<bool> _fast = new("--fast-dev-run")
    {
        Description = "Three steps and a short examination, everything written: does it work at all?",
    };

    public static Command Create()
    {
        var parts = new TrainCommand();
        var command = new DocumentedCommand(
            "train",
            "Learn a field into a run's folder; Ctrl-C saves, --resume goes on.",
            """
            polymath train text
            polymath train text book.txt notes/ --budget 20m --out runs/book
            polymath train text moby-dick --set network.width=384 learning.optimizer=AdamW
            polymath train text --set from=model --budget 500steps
            polymath train vision photos --strict
            polymath train --resume runs/text-1
            polymath train --resume runs/text-1 --budget 2h
            """)
        {
            parts._field, parts._data, parts._budget, parts._set, parts._recipe, parts._out, parts._resume,
            parts._resumeStep, parts._threads, parts._seed, parts._strict, parts._fast,
        };
        command.SetAction(parsed => Interruption.Run(interruption => parts.Execute(parsed, interruption)));
        return command;
    }

    private int Execute(ParseResult parsed, Interruption interruption)
    {
        using RunFolder folder = OpenFolder(parsed, out IField field, out Recipe recipe);
        using CpuKernels kernels = KernelChoice.Create(parsed.GetValue(_threads));
        TrainingOutcome outcome = Train(parsed, field, recipe, folder, kernels, interruption.Token);
        string run = Paths.Shown(folder.Path);
        if (!outcome.IsComplete)
        {
            string where = outcome.CheckpointPath is null ? "before the first step" : $"at step {outcome.Step:N0}";
            Console.WriteLine($"interrupted {where}; {CommandName.Value} train --resume {run} goes on");
            throw interruption.ToException();
        }

        Console.WriteLine();
        ExaminationTable.Print(Screen.Console, outcome.Report!);
        Console.WriteLine();
        Console.WriteLine($"report: {Paths.Shown(folder.ReportPath)}   chart: {Paths.Shown(folder.LossChartPath)}");
        foreach (FieldUse use in field.Uses)
        {
            Console.WriteLine($"{use.Purpose}: {CommandName.Value} {use.Command} {run} {use.Arguments}");
        }

        return 0;
    }

    private TrainingOutcome Train(
        ParseResult parsed, IField field, Recipe recipe, RunFolder folder, CpuKernels kernels,
        CancellationToken cancellation)
    {
        using var display = new TrainingDisplay(Console.Out, Screen.Console, Screen.IsLive, TimeProvider.System);
        using CancellationTokenRegistration note = cancellation.Register(
            () => display.Say("stopping in good order; a second signal ends at once"));
        var options = new TrainingOptions
        {
            Observer = display,
            PeakFlopsPerSecond = kernels.ThreadCount
                * PeakMeter.MeasureFlops(InstructionSets.Chosen, recipe.Learning.Precision),
            FastDevelopmentRun = parsed.GetValue(_fast),
            ResumeStep = parsed.GetValue(_resumeStep),
        };
        return Training.Run(field, recipe, folder, kernels, options, cancellation);
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

        if (parsed.GetValue(_strict))
        {
            edits.Add("strict=true");
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
            ?? throw new InvalidInputException($"the field is missing, expected one of: {FieldCatalogue.Names}");
        if (parsed.GetValue(_resumeStep) is not null)
        {
            throw new InvalidInputException("--resume-step goes with --resume");
        }

        field = FieldCatalogue.Find(name);
        recipe = RecipeDocument.Compose(field, parsed.GetValue(_recipe), edits);
        IEnumerable<string> names = data.Length > 0 ? data : recipe.Data;
        IReadOnlyList<FieldData> known = field.Data;
        recipe = recipe with { Data = [.. names.Select(given => Located(given, known))] };
        return parsed.GetValue(_out) is string path ? RunFolder.Create(path) : CreateNext(name);
    }

    // A run finds its data again from any working folder.
    private static string Located(string name, IReadOnlyList<FieldData> known)
    {
        bool isName = known.Any(data => data.Name == name);
        return !isName && Path.Exists(name) ? Path.GetFullPath(name) : name;
    }

    private RunFolder Resume(
        string run, ParseResult parsed, string[] data, List<string> edits, out IField field, out Recipe recipe)
    {
        bool isAnother = data.Length > 0 || parsed.GetValue(_recipe) is not null || parsed.GetValue(_out) is not null
            || parsed.GetValue(_fast);
        if (isAnother)
        {
            throw new InvalidInputException("a resumed run keeps its data, recipe and folder: "
                + "expected --resume without DATA, --recipe, --out and --fast-dev-run");
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

    private static RunFolder CreateNext(string field)
    {
        for (int number = 1; ; number++)
        {
            string path = Path.Combine(RunsFolder, $"{field}-{number}");
            if (RunFolder.IsRun(path))
            {
                continue;
            }

            try
            {
                return RunFolder.Create(path);
            }
            catch (InvalidInputException) when (Path.Exists(path))
            {
                // Another process has just begun a run there, or it holds something else.
            }
        }
    }
}
