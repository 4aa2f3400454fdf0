namespace Polymath.Cli;

/// <summary>What this program is called by the person who started it, for the commands that it suggests.</summary>
internal static class CommandName
{
    /// <summary>Set by the launcher at the root of a checkout, where the program itself is on no search path.</summary>
    private const string Variable = "POLYMATH_COMMAND";

    /// <summary>The name: <c>polymath</c>, or how the launcher was called.</summary>
    public static string Value { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : "polymath";
}
