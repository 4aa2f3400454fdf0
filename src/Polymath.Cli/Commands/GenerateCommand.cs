using System.CommandLine;
using Polymath.Cli.Terminal;
using Polymath.Compute;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath generate</c>: lets a trained network continue a text.</summary>
internal sealed class GenerateCommand
{
    private static readonly SamplingOptions Defaults = new();

    private readonly Argument<string> _run = CommonOptions.Run();
    private readonly Argument<string> _prompt = new("PROMPT")
    {
        Description = "The text to continue; '-' reads it from standard input; empty begins a new one.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<int> _maxTokens = Number("--max-tokens", "The most tokens to add.", 256);
    private readonly Option<float> _temperature = Number(
        "--temperature", "What logits are divided by; 0 takes the likeliest token.", Defaults.Temperature);

    private readonly Option<int> _topK = Number("--top-k", "Only the so many likeliest tokens; 0: all.", Defaults.TopK);
    private readonly Option<float> _topP = Number(
        "--top-p", "Only the likeliest tokens that together reach this probability.", Defaults.TopP);

    private readonly Option<float> _minP = Number(
        "--min-p", "Only tokens at least this share as likely as the likeliest.", Defaults.MinP);

    private readonly Option<float> _penalty = Number(
        "--repetition-penalty", "Weakens tokens already there; 1: not at all.", Defaults.RepetitionPenalty);

    private readonly Option<ulong> _seed = Number(
        "--seed", "The same seed, prompt and model give the same text.", Defaults.Seed);

    private readonly Option<string[]> _stop = new("--stop")
    {
        Description = "A text that ends the generation; may be given several times.",
    };

    private readonly Option<int> _threads = CommonOptions.Threads();

    public static Command Create()
    {
        var parts = new GenerateCommand();
        var command = new DocumentedCommand(
            "generate",
            "Continue a text with a trained network; text appears as it is made.",
            """
            polymath generate runs/text-1 "Returns the" --max-tokens 100
            polymath generate model "Call me" --temperature 0
            echo "It was the best" | polymath generate runs/text-1 -
            """)
        {
            parts._run, parts._prompt, parts._maxTokens, parts._temperature, parts._topK, parts._topP, parts._minP,
            parts._penalty, parts._seed, parts._stop, parts._threads,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(parts.Execute(parsed, cancellation)));
        return command;
    }

    private int Execute(ParseResult parsed, CancellationToken cancellation)
    {
        var request = new TextGenerationRequest(
            ReadPrompt(parsed.GetRequiredValue(_prompt)), parsed.GetValue(_maxTokens), SamplingFrom(parsed),
            parsed.GetValue(_stop) ?? []);
        Validate(request);
        var options = new RunOptions(parsed.GetValue(_threads), [], Console.Error.WriteLine);
        using RunSession run = RunSession.Open(parsed.GetRequiredValue(_run), SessionPurpose.Inference, options);
        if (run.Session is not ITextGenerator generator)
        {
            throw new InvalidInputException($"the field {run.Field.Name} does not generate text");
        }

        using Stream output = Console.OpenStandardOutput();
        using var writer = new StreamWriter(output, new System.Text.UTF8Encoding(false)) { AutoFlush = true };
        writer.Write(request.Prompt);
        generator.Generate(request, writer.Write, cancellation);
        writer.WriteLine();
        return 0;
    }

    private SamplingOptions SamplingFrom(ParseResult parsed) => new()
    {
        Temperature = parsed.GetValue(_temperature),
        TopK = parsed.GetValue(_topK),
        TopP = parsed.GetValue(_topP),
        MinP = parsed.GetValue(_minP),
        RepetitionPenalty = parsed.GetValue(_penalty),
        Seed = parsed.GetValue(_seed),
    };

    private static void Validate(TextGenerationRequest request)
    {
        var errors = new List<string>();
        request.Sampling.Validate(errors);
        if (request.MaxTokens < 0)
        {
            errors.Add($"max-tokens is {request.MaxTokens}, expected 0 or more");
        }

        if (errors.Count > 0)
        {
            throw new InvalidInputException(string.Join('\n', errors));
        }
    }

    private static string ReadPrompt(string prompt) => prompt == "-" ? Console.In.ReadToEnd().TrimEnd('\n') : prompt;

    private static Option<T> Number<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
