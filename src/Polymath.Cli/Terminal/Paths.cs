namespace Polymath.Cli.Terminal;

/// <summary>Paths as a person would type them.</summary>
internal static class Paths
{
    /// <summary>A path from the working folder where it lies below it, else the whole path.</summary>
    public static string Shown(string path)
    {
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? Path.GetFullPath(path) : relative;
    }
}
