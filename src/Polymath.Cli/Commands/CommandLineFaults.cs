using System.CommandLine;
using System.CommandLine.Parsing;
using Polymath.Learning;

namespace Polymath.Cli.Commands;

/// <summary>What is wrong with a command line, a sentence each.</summary>
internal static class CommandLineFaults
{
    /// <summary>All that is wrong; empty: nothing.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var faults = new List<string>();
        faults.AddRange(UnknownOptions(parsed).Select(token => UnknownOption(parsed, token)));
        if (faults.Count == 0)
        {
            // What follows an unknown option need not be wrong by itself: it may be the option's value.
            faults.AddRange(parsed.UnmatchedTokens.Select(token => Unmatched(parsed, token)));
        }

        if (faults.Count == 0)
        {
            faults.AddRange(parsed.Errors.Select(Sentence).Distinct());
        }

        return faults;
    }

    /// <summary>The command that was meant, with those above it.</summary>
    public static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is not null; result = result.Parent)
        {
            if (result is CommandResult command)
            {
                names.Insert(0, command.Command is RootCommand ? CommandName.Value : command.Command.Name);
            }
        }

        return string.Join(' ', names);
    }

    // An argument takes any word, so a slip in an option's name would pass for a file or a prompt.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed)
    {
        Token[] behindDashes = [.. parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash)];
        return parsed.CommandResult.Tokens
            .Where(token => !behindDashes.Any(other => ReferenceEquals(other, token)))
            .Select(token => token.Value)
            .Concat(parsed.UnmatchedTokens)
            .Where(LooksLikeOption);
    }

    private static string UnknownOption(ParseResult parsed, string text)
    {
        string name = text.Split('=')[0];
        string? close = parsed.CommandResult.Command.Options
            .Select(option => option.Name)
            .Where(known => EditDistance.Between(name, known) <= 2)
            .MinBy(known => EditDistance.Between(name, known));
        string hint = close is null ? "" : $"; did you mean '{close}'?";
        return $"unknown option '{name}'{hint}";
    }

    private static string Unmatched(ParseResult parsed, string text)
    {
        string[] commands = [.. parsed.CommandResult.Command.Subcommands.Select(command => command.Name)];
        return commands.Length > 0
            ? $"unknown command '{text}', expected one of: {string.Join(", ", commands)}"
            : $"unexpected argument '{text}'";
    }

    private static string Sentence(ParseError error)
    {
        if (error.SymbolResult is not ArgumentResult { Tokens.Count: 0, Argument: Argument missing })
        {
            return error.Message.TrimEnd('.');
        }

        string description = missing.Description!;
        return $"{missing.Name} is missing: {char.ToLowerInvariant(description[0])}{description[1..]}".TrimEnd('.');
    }

    // A dash or two, a letter, and no space in the name: a text in quotes that begins with a dash is none.
    private static bool LooksLikeOption(string text)
    {
        string name = text.Split('=')[0];
        string letters = name.StartsWith("--", StringComparison.Ordinal) ? name[2..] : name.TrimStart('-');
        return name.StartsWith('-') && letters.Length > 0 && char.IsAsciiLetter(letters[0])
            && !letters.Any(char.IsWhiteSpace);
    }
}
