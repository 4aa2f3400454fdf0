using Spectre.Console;
using Spectre.Console.Rendering;

namespace Polymath.Cli.Terminal;

/// <summary>
/// Where results are shown: a terminal at its width, or a pipe, whose lines are as long as need be and hold nothing but
/// text.
/// </summary>
internal static class Screen
{
    // No line of ours is longer.
    private const int PipeWidth = 10_000;

    // A terminal without a size says 0. Below some columns tables cannot be laid out: their lines break where they may.
    private const int NarrowestWidth = 20, UsualWidth = 80;

    /// <summary>Whether a person looks on, and a line can be written anew.</summary>
    public static bool IsLive { get; } =
        !System.Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    /// <summary>The standard output.</summary>
    public static IAnsiConsole Console { get; } =
        System.Console.IsOutputRedirected ? Plain(System.Console.Out) : AnsiConsole.Console;

    /// <summary>Plain text for a pipe or a file.</summary>
    public static IAnsiConsole Plain(TextWriter output)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(new TrimmingWriter(output)),
        });
        console.Profile.Width = PipeWidth;
        return console;
    }

    /// <summary>The width that can be written to.</summary>
    /// <param name="width">What the terminal says.</param>
    public static int WidthOf(int width) => width < NarrowestWidth ? UsualWidth : width;

    /// <summary>Writes something that is laid out for the width of the console.</summary>
    public static void Show(this IAnsiConsole console, IRenderable what)
    {
        int width = WidthOf(console.Profile.Width);
        if (width != console.Profile.Width)
        {
            console.Profile.Width = width;
        }

        console.Write(what);
    }

    /// <summary>A column of a list that is indented, and never broken.</summary>
    public static GridColumn Column() => new GridColumn().NoWrap().PadLeft(2).PadRight(2);
}
