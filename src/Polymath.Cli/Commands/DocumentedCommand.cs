using System.CommandLine;

namespace Polymath.Cli.Commands;

/// <summary>A command that shows examples below its help, and not in the list of commands.</summary>
internal sealed class DocumentedCommand(string name, string description, string examples) : Command(name, description)
{
    /// <summary>A few command lines, one a line.</summary>
    public string Examples { get; } = examples;
}
