using System.CommandLine;

namespace Polymath.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<int> Threads() => new("--threads")
    {
        Description = "Threads to compute with; 0: one a core.",
    };

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Change keys of the recipe, such as network.width=256; one or several behind each --set.",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON." };

    public static Argument<string> Run() => new("RUN")
    {
        Description = "A run's folder, or a model's in the Hugging Face layout.",
    };
}
