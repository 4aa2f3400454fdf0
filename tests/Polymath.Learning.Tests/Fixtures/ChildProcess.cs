using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Polymath.Learning.Tests;

/// <summary>
/// This test program started a second time, to train the pattern field in a process of its own that can be killed or
/// be put on a full disk. It is told so by an environment variable, before any test is looked for.
/// </summary>
internal static class ChildProcess
{
    private const string PathVariable = "POLYMATH_TEST_CHILD_RUN";

    /// <summary>What is trained: long enough to be killed in, a checkpoint every step.</summary>
    public static PatternRecipe Recipe { get; } = PatternRecipe.Small with
    {
        Budget = "60steps",
        Learning = PatternRecipe.Small.Learning with
        {
            CheckpointEverySteps = 1, ExamineEverySteps = 20, KeepLast = 100,
        },
    };

    /// <summary>How to start a process that trains in a folder, resuming if there is a run.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="shell">A command of the shell to run before it, or null.</param>
    public static ProcessStartInfo Start(string path, string? shell = null)
    {
        string program = Environment.ProcessPath!;
        var start = shell is null
            ? new ProcessStartInfo(program)
            : new ProcessStartInfo("unshare", ["-rm", "sh", "-c", $"{shell} && exec \"$0\"", program]);
        start.Environment[PathVariable] = path;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return start;
    }

#pragma warning disable CA2255 // The program has no other place that runs before the test runner.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunIfChild()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is not string path)
        {
            return;
        }

        try
        {
            var options = new TrainingOptions { Observer = new ConsoleObserver() };
            TrainingOutcome outcome = RunFolder.IsRun(path)
                ? PatternTraining.Resume(new PatternField(), path, options)
                : PatternTraining.RunUntil(new PatternField(), Recipe, path, options, default);
            Environment.Exit(outcome.IsComplete ? 0 : 3);
        }
        catch (TrainingFailedException fault)
        {
            Console.WriteLine(fault.Message);
            Environment.Exit(1);
        }
    }

    private sealed class ConsoleObserver : ITrainingObserver
    {
        public void OnCheckpoint(CheckpointReport report) => Console.WriteLine($"saved {report.Step}");

        public void OnNote(string note) => Console.WriteLine($"note {note}");
    }
}
