using System.CommandLine;
using System.CommandLine.Parsing;
using Polymath.Cli.Commands;
using Polymath.Cli.Terminal;
using Polymath.Compute;

namespace Polymath.Cli;

/// <summary>The command: parses, runs, and turns what went wrong into one sentence and an exit code.</summary>
internal static class Application
{
    /// <summary>The user's input is bad: nothing was done.</summary>
    private const int BadInput = 2;

    /// <summary>The input was good, the work failed.</summary>
    private const int Failed = 1;

    /// <summary>Runs the command line and returns the exit code.</summary>
    public static int Run(string[] arguments)
    {
        ParseResult parsed = CreateRoot().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (string message in parsed.Errors.Select(error => error.Message).Distinct())
            {
                Console.Error.WriteLine($"error: {message}");
            }

            Console.Error.WriteLine($"'{CommandPath(parsed)} --help' says what is expected.");
            return BadInput;
        }

        try
        {
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
            return parsed.Invoke(configuration);
        }
        catch (Exception error) when (Report(error) is int code)
        {
            return code;
        }
    }

    private static RootCommand CreateRoot()
    {
        var root = new RootCommand(
            "Polymath trains one kind of deep network to master any field that has data or a simulator.")
        {
            TrainCommand.Create(),
            EvaluateCommand.Create(),
            GenerateCommand.Create(),
            ExportCommand.Create(),
            FieldsCommand.Create(),
            DataCommand.Create(),
            BenchCommand.Create(),
        };
        DocumentedCommand.ShowExamples(
            root,
            """
            polymath train text                        learn from the documentation of the .NET SDK
            polymath train text book.txt --budget 10m  learn from a file for ten minutes
            polymath generate runs/text-1 "Returns "   continue a text
            polymath fields                            what can be learnt
            """);
        return root;
    }

    private static string CommandPath(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is not null; result = result.Parent)
        {
            if (result is CommandResult command)
            {
                names.Insert(0, command.Command is RootCommand ? "polymath" : command.Command.Name);
            }
        }

        return string.Join(' ', names);
    }

    private static int? Report(Exception error)
    {
        if (Environment.GetEnvironmentVariable("POLYMATH_DEBUG") == "1")
        {
            Console.Error.WriteLine(error);
        }

        switch (error)
        {
            case InvalidInputException:
                foreach (string line in error.Message.Split('\n'))
                {
                    Console.Error.WriteLine($"error: {line}");
                }

                return BadInput;
            case InterruptedException interrupted:
                return interrupted.ExitCode;
            default:
                Console.Error.WriteLine($"error: {error.Message}");
                return Failed;
        }
    }
}
