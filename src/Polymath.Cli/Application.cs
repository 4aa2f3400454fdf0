using System.CommandLine;
using System.CommandLine.Parsing;
using Polymath.Cli.Commands;
using Polymath.Cli.Native;
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
        try
        {
            NativeImages.ContinueAsBest(arguments);
        }
        catch (InvalidInputException fault)
        {
            return Refuse([fault.Message], CommandName.Value);
        }

        // A prompt may begin with '@' or '-': it is neither a file of arguments nor a bundle of options.
        var parsing = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        ParseResult parsed = CommandLineParser.Parse(CreateRoot(), arguments, parsing);
        if (parsed.Action is not { ClearsParseErrors: true })
        {
            IReadOnlyList<string> faults = CommandLineFaults.Of(parsed);
            if (faults.Count > 0)
            {
                return Refuse(faults, CommandLineFaults.PathOf(parsed));
            }
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // Signals are the commands' own affair: see Interruption.
                ProcessTerminationTimeout = null,
            };
            return parsed.Invoke(configuration);
        }
        catch (Exception error) when (Report(error) is int code)
        {
            return code;
        }
    }

    /// <summary>The command with all its parts.</summary>
    internal static RootCommand CreateRoot()
    {
        var root = new RootCommand(
            "Polymath trains one kind of deep network to master any field that has data or a simulator.")
        {
            TrainCommand.Create(),
            EvaluateCommand.Create(),
            GenerateCommand.Create(),
            PredictCommand.Create(),
            PlayCommand.Create(),
            TranslateCommand.Create(),
            ExportCommand.Create(),
            FieldsCommand.Create(),
            DataCommand.Create(),
            BenchCommand.Create(),
        };
        DocumentedHelp.Install(
            root,
            """
            polymath train text                         learn from the documentation of the .NET SDK
            polymath train text book.txt --budget 10m   learn from a file for ten minutes
            polymath generate runs/text-1 "Returns "    continue a text
            polymath train vision                       learn to tell the articles of Fashion-MNIST apart
            polymath predict runs/vision-1 shoe.png     label an image
            polymath train games freeway                learn a video game by playing it
            polymath play runs/games-1                  watch an episode
            polymath train translation                  learn to translate messages into three languages
            polymath translate runs/translation-1 "No such file." --to es
            polymath fields                             what can be learnt
            """);
        return root;
    }

    private static int Refuse(IReadOnlyList<string> faults, string command)
    {
        foreach (string fault in faults)
        {
            Console.Error.WriteLine($"error: {fault}");
        }

        Console.Error.WriteLine($"'{command} --help' says what is expected.");
        return BadInput;
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
