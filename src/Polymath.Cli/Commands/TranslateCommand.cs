using System.CommandLine;
using System.Text;
using Polymath.Cli.Terminal;
using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Learning;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath translate</c>: lets a trained network translate a text, line by line.</summary>
internal sealed class TranslateCommand
{
    // A file that a person wants translated; more is work for several calls.
    private const int MaxFileBytes = 16 << 20;

    private readonly Argument<string> _run = new("RUN") { Description = "A run's folder." };

    private readonly Argument<string> _text = new("TEXT")
    {
        Description = "The text to translate; '-' or left out: from the standard input.",
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<string?> _file = new("--file")
    {
        Description = "Translate the lines of a file instead.", HelpName = "file",
    };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "The language to write, such as es; may be left out where the run has one.", HelpName = "language",
    };

    private readonly Option<string?> _from = new("--from")
    {
        Description = "The language of the text, such as en.", HelpName = "language",
    };

    private readonly Option<int> _beam = NumberOption.Create(
        "--beam", "count", "Hypotheses kept; 1 takes the likeliest token; 0: as the recipe says.", 0, count => count >= 0,
        "0 or more");

    private readonly Option<float?> _penalty = NumberOption.CreateOptional<float>(
        "--length-penalty", "number", "Above 0 favours longer translations; left out: as the recipe says.");

    private readonly Option<int> _threads = CommonOptions.Threads();

    public static Command Create()
    {
        var parts = new TranslateCommand();
        var command = new DocumentedCommand(
            "translate",
            "Translate a text with a trained network, line by line.",
            """
            polymath translate runs/translation-1 "The file {0} could not be found." --to es
            polymath translate runs/translation-1 --file messages.txt --to fr --beam 8
            """)
        {
            parts._run, parts._text, parts._file, parts._to, parts._from, parts._beam, parts._penalty, parts._threads,
        };
        command.SetAction(parsed => Interruption.Run(interruption => parts.Execute(parsed, interruption.Token)));
        return command;
    }

    private int Execute(ParseResult parsed, CancellationToken cancellation)
    {
        string? file = parsed.GetValue(_file);
        string text = parsed.GetRequiredValue(_text);
        if (file is not null && text != "-")
        {
            throw new InvalidInputException("a text and --file are given, expected one of them");
        }

        text = file is not null ? ReadFile(file) : text == "-" ? ReadInput() : text;
        using RunSession run = RunSession.Open(
            parsed.GetRequiredValue(_run), SessionPurpose.Inference,
            new RunOptions(parsed.GetValue(_threads), [], Console.Error.WriteLine));
        if (run.Session is not ITranslator translator)
        {
            throw new InvalidInputException($"the field {run.Field.Name} does not translate");
        }

        var request = new TranslationRequest(
            text, parsed.GetValue(_from), parsed.GetValue(_to), parsed.GetValue(_beam), parsed.GetValue(_penalty));
        TranslationResult result = translator.Translate(request, cancellation);
        Write(result);
        return 0;
    }

    private static void Write(TranslationResult result)
    {
        using Stream output = Console.OpenStandardOutput();
        using var writer = new StreamWriter(output, new UTF8Encoding(false));
        writer.WriteLine(Console.IsOutputRedirected ? result.Text : VisibleText.Of(result.Text));
        writer.Flush();
        if (result.LostPlaceholders.Count > 0)
        {
            Console.Error.WriteLine(
                $"warning: placeholders or markup were not kept in line {string.Join(", ", result.LostPlaceholders)}");
        }
    }

    private static string ReadFile(string path) =>
        Decode(InputFile.ReadAllBytes(path, MaxFileBytes), path);

    private static string ReadInput()
    {
        using Stream input = Console.OpenStandardInput();
        var bytes = new MemoryStream();
        input.CopyTo(bytes);
        return Decode(bytes.ToArray(), "the standard input");
    }

    // The end of the last line is no line of its own.
    private static string Decode(byte[] bytes, string name)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).ReplaceLineEndings("\n").TrimEnd('\n');
        }
        catch (DecoderFallbackException fault)
        {
            int line = 1 + bytes.AsSpan(0, Math.Max(0, fault.Index)).Count((byte)'\n');
            throw new InvalidInputException($"{name}, line {line}: is not UTF-8; expected a text in UTF-8", fault);
        }
    }
}
