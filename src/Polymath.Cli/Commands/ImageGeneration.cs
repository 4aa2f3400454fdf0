using System.CommandLine;
using Polymath.Compute;
using Polymath.Formats.Charts;
using Polymath.Learning;

namespace Polymath.Cli.Commands;

/// <summary>The part of <c>polymath generate</c> that makes images.</summary>
internal sealed class ImageGeneration
{
    private const int DefaultCount = 16;

    private readonly Option<string> _class = new("--class")
    {
        Description = "For images: their class, by name or number; left out: all classes in turn.",
        HelpName = "class",
    };

    private readonly Option<int?> _count = new("--count")
    {
        Description = $"For images: how many. [default: {DefaultCount}]", HelpName = "count",
    };

    private readonly Option<int?> _steps = new("--steps")
    {
        Description = "For images: steps from noise to image; left out: as the run's recipe says.", HelpName = "count",
    };

    private readonly Option<float?> _guidance = new("--guidance")
    {
        Description = "For images: 1 as learnt, more for clearer and less varied ones; left out: as the recipe says.",
        HelpName = "number",
    };

    private readonly Option<string> _out = new("--out")
    {
        Description = "For images: the PNG file that holds them all. [default: images.png]", HelpName = "file",
    };

    public void AddTo(Command command)
    {
        command.Add(_class);
        command.Add(_count);
        command.Add(_steps);
        command.Add(_guidance);
        command.Add(_out);
    }

    /// <summary>Refuses options that the field has no use for.</summary>
    public void RequireUnused(ParseResult parsed, string field)
    {
        Option? used = new Option[] { _class, _count, _steps, _guidance, _out }
            .FirstOrDefault(option => parsed.GetResult(option) is not null);
        if (used is not null)
        {
            throw new InvalidInputException($"{used.Name} is for images, and the field {field} does not make any");
        }
    }

    public int Execute(IImageGenerator generator, ParseResult parsed, ulong seed, CancellationToken cancellation)
    {
        var request = new ImageGenerationRequest(
            parsed.GetValue(_class), parsed.GetValue(_count) ?? DefaultCount, seed, parsed.GetValue(_steps),
            parsed.GetValue(_guidance));
        IReadOnlyList<GeneratedImage> images = generator.Generate(request, cancellation);
        var grid = new ImageGrid { ColumnCount = (int)Math.Ceiling(Math.Sqrt(images.Count)) };
        foreach (GeneratedImage made in images)
        {
            grid.Add(made.Image, made.Class);
        }

        string path = parsed.GetValue(_out) ?? "images.png";
        grid.Render().SavePng(path);
        Console.WriteLine($"{images.Count:N0} images: {path}");
        return 0;
    }
}
