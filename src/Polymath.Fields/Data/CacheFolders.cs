using Polymath.Compute;

namespace Polymath.Fields.Data;

/// <summary>Where fetched and derived data is kept between runs.</summary>
public static class CacheFolders
{
    /// <summary>The environment variable that names the folder for data.</summary>
    public const string Variable = "POLYMATH_DATA";

    /// <summary>
    /// Holds a folder for each data set: <c>$POLYMATH_DATA</c>, else <c>$XDG_CACHE_HOME/polymath/data</c>, else
    /// <c>~/.cache/polymath/data</c>.
    /// </summary>
    /// <exception cref="InvalidInputException">There is no home folder and no variable that names another.</exception>
    public static string Data => Locate("data", Environment.GetEnvironmentVariable);

    /// <summary>Holds tokenised corpora: <c>tokens</c> inside of <c>$POLYMATH_DATA</c>, else beside the data.</summary>
    /// <exception cref="InvalidInputException">There is no home folder and no variable that names another.</exception>
    public static string Tokens => Locate("tokens", Environment.GetEnvironmentVariable);

    internal static string Locate(string kind, Func<string, string?> variable)
    {
        if (variable(Variable) is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(kind == "data" ? chosen : Path.Combine(chosen, kind));
        }

        // The XDG specification says to ignore a relative path.
        if (variable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathFullyQualified(cache))
        {
            return Path.Combine(cache, "polymath", kind);
        }

        string? home = variable(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME");
        return string.IsNullOrEmpty(home)
            ? throw new InvalidInputException(
                $"There is no home folder to keep data in: set {Variable} to a folder that can be written.")
            : Path.Combine(home, ".cache", "polymath", kind);
    }
}
