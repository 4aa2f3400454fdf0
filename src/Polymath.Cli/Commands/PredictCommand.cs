using System.CommandLine;
using System.Text.Json;
using Polymath.Cli.Terminal;
using Polymath.Compute;
using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath predict</c>: lets a trained network label files.</summary>
internal static class PredictCommand
{
    // Labels shown of each file; JSON has all of them.
    private const int ShownLabels = 3;

    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run's folder." };
        var files = new Argument<string[]>("FILE")
        {
            Description = "The files to label: PNG or JPEG images of any size and mode.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> json = CommonOptions.Json();
        Option<int> threads = CommonOptions.Threads();
        var command = new DocumentedCommand(
            "predict",
            "Label files with a trained network: the likeliest labels and their probabilities.",
            """
            polymath predict runs/vision-1 shoe.png
            polymath predict runs/vision-1 photos/*.jpg --json
            """)
        {
            run, files, json, threads,
        };
        command.SetAction(parsed => Interruption.Run(interruption => Execute(
            parsed.GetRequiredValue(run), parsed.GetRequiredValue(files), parsed.GetValue(json), parsed.GetValue(threads),
            interruption.Token)));
        return command;
    }

    private static int Execute(string path, string[] files, bool json, int threads, CancellationToken cancellation)
    {
        using RunSession run = RunSession.Open(
            path, SessionPurpose.Inference, new RunOptions(threads, [], Console.Error.WriteLine));
        if (run.Session is not IPredictor predictor)
        {
            throw new InvalidInputException($"the field {run.Field.Name} does not label files");
        }

        IReadOnlyList<Prediction> predictions = predictor.Predict(files, cancellation);
        if (json)
        {
            using Stream output = Console.OpenStandardOutput();
            WriteJson(output, run.Field.Name, Path.GetFullPath(path), predictions);
        }
        else
        {
            Print(Screen.Console, predictions);
        }

        return 0;
    }

    private static void Print(IAnsiConsole console, IReadOnlyList<Prediction> predictions)
    {
        var grid = new Grid().AddColumn(Screen.Column());
        for (int column = 0; column < ShownLabels; column++)
        {
            grid.AddColumn(Screen.Column().PadLeft(0));
        }

        foreach (Prediction prediction in predictions)
        {
            IEnumerable<string> labels = prediction.Labels.Take(ShownLabels)
                .Select(label => $"{label.Label} {label.Probability:0.0 %}");
            grid.AddRow([.. labels.Prepend(prediction.File).Select(cell => new Text(VisibleText.Of(cell)))]);
        }

        console.Show(grid);
    }

    private static void WriteJson(Stream output, string field, string run, IReadOnlyList<Prediction> predictions)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("field", field);
            json.WriteString("run", run);
            json.WriteStartArray("predictions");
            foreach (Prediction prediction in predictions)
            {
                json.WriteStartObject();
                json.WriteString("file", prediction.File);
                json.WriteString("label", prediction.Labels[0].Label);
                json.WriteStartObject("probabilities");
                foreach (LabelProbability label in prediction.Labels)
                {
                    json.WriteNumber(label.Label, label.Probability);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
