using System.CommandLine;

namespace Polymath.Cli.Commands;

/// <summary>Options and arguments that several commands share.</summary>
internal static class CommonOptions
{
    // Beyond any machine; each thread holds memory.
    private const int LargestThreadCount = 1024;

    /// <summary>The threads to compute with.</summary>
    /// <param name="threadCount">How many where the option is left out; 0: one a core.</param>
    public static Option<int> Threads(int threadCount = 0) => NumberOption.Create(
        "--threads", "count", "Threads to compute with; 0: one a core.", threadCount,
        count => count is >= 0 and <= LargestThreadCount, $"0 (one a core) to {LargestThreadCount}");

    /// <summary>Changes of the recipe.</summary>
    public static Option<string[]> Set() => new("--set")
    {
        Description = "Change keys of the recipe, one or several; 'polymath fields FIELD' shows all of them.",
        HelpName = "key=value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Whether the result is printed for programs.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON." };

    /// <summary>What was trained.</summary>
    public static Argument<string> Run() => new("RUN")
    {
        Description = "A run's folder, a model's in the Hugging Face layout, or a .gguf file.",
    };
}
