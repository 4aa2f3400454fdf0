using System.CommandLine;
using Polymath.Cli.Terminal;
using Polymath.Learning;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath evaluate</c>: examines a trained network on held-out data.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var data = new Argument<string[]>("DATA")
        {
            Description = "Other data than the run's; their held-out part is used.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> json = CommonOptions.Json();
        Option<int> threads = CommonOptions.Threads();
        var command = new DocumentedCommand(
            "evaluate",
            "Examine a trained network on held-out data, beside other programs.",
            """
            polymath evaluate runs/text-1
            polymath evaluate runs/text-1 book.txt --json
            polymath evaluate model moby-dick
            """)
        {
            run, data, json, threads,
        };
        command.SetAction(parsed => Interruption.Run(interruption =>
        {
            var options = new RunOptions(
                parsed.GetValue(threads), parsed.GetValue(data) ?? [], Console.Error.WriteLine);
            return Execute(parsed.GetRequiredValue(run), options, parsed.GetValue(json), interruption.Token);
        }));
        return command;
    }

    private static int Execute(string path, RunOptions options, bool json, CancellationToken cancellation)
    {
        using RunSession run = RunSession.Open(path, SessionPurpose.Examination, options);
        RunReport report = run.Examine(cancellation);
        if (json)
        {
            using Stream output = Console.OpenStandardOutput();
            report.WriteJson(output);
        }
        else
        {
            ExaminationTable.Print(Screen.Console, report);
        }

        return 0;
    }
}
