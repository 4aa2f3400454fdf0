using System.Runtime.InteropServices;

namespace Polymath.Fields.Data;

/// <summary>Where an installation of .NET may be.</summary>
internal static class DotnetInstallation
{
    /// <summary>
    /// The first of the folders that fits: <c>DOTNET_ROOT</c>, else that of the runtime which runs this program, else the
    /// usual places; null where none does.
    /// </summary>
    public static string? Find(Func<string, bool> fits)
    {
        string[] candidates =
        [
            Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "",
            Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
            "/usr/share/dotnet",
            "/usr/lib/dotnet",
            "/usr/local/share/dotnet",
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet"),
        ];
        return candidates.FirstOrDefault(root => root.Length > 0 && fits(root));
    }
}
