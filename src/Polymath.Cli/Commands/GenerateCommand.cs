using System.CommandLine;
using System.Text;
using Polymath.Cli.Terminal;
using Polymath.Compute;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath generate</c>: lets a trained network continue a text, or make images.</summary>
internal sealed class GenerateCommand
{
    private static readonly SamplingOptions Defaults = new();

    private readonly Argument<string> _run = CommonOptions.Run();
    private readonly Argument<string> _prompt = new("PROMPT")
    {
        Description = "The text to continue; '-' reads it from the standard input; left out: begins a new text.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<int> _maxTokens = NumberOption.Create(
        "--max-tokens", "count", "The most tokens to add.", 256);

    private readonly Option<float> _temperature = NumberOption.Create(
        "--temperature", "number", "What logits are divided by; 0 takes the likeliest token.", Defaults.Temperature);

    private readonly Option<int> _topK = NumberOption.Create(
        "--top-k", "count", "Only the so many likeliest tokens; 0: all.", Defaults.TopK);

    private readonly Option<float> _topP = NumberOption.Create(
        "--top-p", "share", "Only the likeliest tokens that together reach this probability; 1: all.", Defaults.TopP);

    private readonly Option<float> _minP = NumberOption.Create(
        "--min-p", "share", "Only tokens at least this share as likely as the likeliest; 0: all.", Defaults.MinP);

    private readonly Option<float> _penalty = NumberOption.Create(
        "--repetition-penalty", "number", "Weakens tokens already there; 1: not at all.", Defaults.RepetitionPenalty);

    private readonly Option<ulong> _seed = NumberOption.Create(
        "--seed", "number", "The same seed, prompt and model give the same text or images.", Defaults.Seed);

    private readonly Option<string[]> _stop = new("--stop")
    {
        Description = "A text that ends the generation and is not written; may be given several times.",
        HelpName = "text",
    };

    private readonly ImageGeneration _images = new();
    private readonly Option<int> _threads = CommonOptions.Threads();

    public static Command Create()
    {
        var parts = new GenerateCommand();
        var command = new DocumentedCommand(
            "generate",
            "Continue a text with a trained network, text appears as it is made; or make images.",
            """
            polymath generate runs/text-1 "Returns the" --max-tokens 100
            polymath generate model "Call me" --temperature 0
            polymath generate model.gguf "Call me"
            polymath generate runs/imagery-1 --class sneaker --count 16 --seed 1 --out sneakers.png
            echo "It was the best" | polymath generate runs/text-1 -
            """)
        {
            parts._run, parts._prompt, parts._maxTokens, parts._temperature, parts._topK, parts._topP, parts._minP,
            parts._penalty, parts._seed, parts._stop, parts._threads,
        };
        parts._images.AddTo(command);
        command.SetAction(parsed => Interruption.Run(interruption => parts.Execute(parsed, interruption.Token)));
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
        if (run.Session is IImageGenerator images)
        {
            return _images.Execute(images, parsed, parsed.GetValue(_seed), cancellation);
        }

        _images.RequireUnused(parsed, run.Field.Name);
        if (run.Session is not ITextGenerator generator)
        {
            throw new InvalidInputException($"the field {run.Field.Name} generates neither text nor images");
        }

        Write(generator, request, cancellation);
        return 0;
    }

    private static void Write(ITextGenerator generator, TextGenerationRequest request, CancellationToken cancellation)
    {
        using Stream output = Console.OpenStandardOutput();
        using var writer = new StreamWriter(output, new UTF8Encoding(false)) { AutoFlush = true };

        // A pipe gets just what was generated; on a terminal it must not act as commands.
        Action<string> write = Console.IsOutputRedirected
            ? writer.Write
            : text => writer.Write(VisibleText.Of(text));
        write(request.Prompt);
        try
        {
            generator.Generate(request, write, cancellation);
        }
        finally
        {
            writer.WriteLine();
        }
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

    private static string ReadPrompt(string prompt)
    {
        if (prompt != "-")
        {
            return prompt;
        }

        using Stream input = Console.OpenStandardInput();
        using var reader = new StreamReader(input, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            string text = reader.ReadToEnd();

            // The line end that 'echo' adds is not meant.
            return text.EndsWith('\n') ? text[..^1] : text;
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidInputException("the standard input is not UTF-8; expected a text in UTF-8", fault);
        }
    }
}
