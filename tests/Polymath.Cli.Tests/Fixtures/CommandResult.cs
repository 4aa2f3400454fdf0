namespace Polymath.Cli.Tests.Fixtures;

/// <summary>What a command left behind: its exit code and all that it wrote.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of the error stream.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asserts that the command did its work, and shows what it said where it did not.</summary>
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}, expected 0\n{Error}\n{Output}");
        return this;
    }

    /// <summary>Asserts that the input was refused: exit code 2, and an error with all these words.</summary>
    public CommandResult Refused(params string[] words) => Failed(2, words);

    /// <summary>Asserts an exit code, and one line of the error stream that has all the words.</summary>
    public CommandResult Failed(int code, params string[] words)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode}, expected {code}\n{Error}\n{Output}");
        Assert.True(
            ErrorLines.Any(line => line.StartsWith("error: ", StringComparison.Ordinal) && HasAll(line, words)),
            $"no error says {string.Join(" and ", words.Select(word => $"'{word}'"))}:\n{Error}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return this;
    }

    private static bool HasAll(string line, string[] words) =>
        words.All(word => line.Contains(word, StringComparison.Ordinal));
}
