using System.CommandLine;
using Polymath.Compute;
using Polymath.Learning;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath export</c>: writes a trained network in a layout that other programs read.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var folder = new Argument<string>("DIR") { Description = "A new or empty folder." };
        var format = new Option<string>("--format")
        {
            Description = "The layout: huggingface, or gguf for llama.cpp, its weights in fp32, or in another type by "
                + "gguf-f16, gguf-bf16, gguf-q8_0 or gguf-q4_0.",
            HelpName = "name",
            DefaultValueFactory = _ => "huggingface",
        };
        var command = new DocumentedCommand(
            "export",
            "Write a trained network in a layout that other programs read.",
            """
            polymath export runs/text-1 model
            polymath export runs/text-1 model --format gguf-q8_0
            """)
        {
            run, folder, format,
        };
        command.SetAction(parsed => Execute(
            parsed.GetRequiredValue(run), parsed.GetRequiredValue(folder), parsed.GetRequiredValue(format)));
        return command;
    }

    private static int Execute(string run, string folder, string format)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new InvalidInputException($"{folder} is there and not empty; expected a new or empty folder");
        }

        using RunSession session = RunSession.Open(
            run, SessionPurpose.Inference, new RunOptions(1, [], Console.Error.WriteLine));
        if (session.Session is not IModelExporter exporter)
        {
            throw new InvalidInputException($"the field {session.Field.Name} has no format to export to");
        }

        foreach (string file in exporter.Export(folder, format))
        {
            Console.WriteLine(file);
        }

        return 0;
    }
}
