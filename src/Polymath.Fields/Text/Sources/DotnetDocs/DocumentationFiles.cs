using Polymath.Compute;
using Polymath.Fields.Data;

namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>Finds the XML documentation files that a .NET SDK carries in its reference packs.</summary>
internal static class DocumentationFiles
{
    /// <summary>
    /// The installation folder of the .NET SDK: <c>DOTNET_ROOT</c>, else that of the runtime which runs this program,
    /// else the usual places.
    /// </summary>
    /// <exception cref="InvalidInputException">None of them holds documentation.</exception>
    public static string FindRoot() => DotnetInstallation.Find(root => Find(root).Count > 0)
        ?? throw new InvalidInputException(
            "The text dotnet-docs needs the .NET SDK, whose packs/*/ref folders hold XML documentation, and none " +
            "was found: install the SDK, or set DOTNET_ROOT to the folder that holds it.");

    /// <summary>
    /// The documentation files under a root: of each pack the newest version, in the ordinal order of their paths
    /// relative to the root, with '/' between folders.
    /// </summary>
    public static IReadOnlyList<string> Find(string root)
    {
        string packs = Path.Combine(root, "packs");
        if (!Directory.Exists(packs))
        {
            return [];
        }

        var files = new List<string>();
        foreach (string pack in Directory.EnumerateDirectories(packs))
        {
            string? newest = Directory.EnumerateDirectories(pack).MaxBy(Path.GetFileName, PackVersionOrder.Instance);
            string reference = newest is null ? "" : Path.Combine(newest, "ref");
            if (Directory.Exists(reference))
            {
                files.AddRange(Directory.EnumerateFiles(reference, "*.xml", SearchOption.AllDirectories)
                    .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/')));
            }
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }

    /// <summary>Orders 9.0.1 before 10.0.0, and 10.0.0-preview.2 before 10.0.0.</summary>
    internal sealed class PackVersionOrder : IComparer<string?>
    {
        public static PackVersionOrder Instance { get; } = new();

        public int Compare(string? x, string? y)
        {
            (Version left, string leftLabel) = Parse(x ?? "");
            (Version right, string rightLabel) = Parse(y ?? "");
            int order = left.CompareTo(right);
            if (order != 0)
            {
                return order;
            }

            bool oneIsRelease = (leftLabel.Length == 0) != (rightLabel.Length == 0);
            return oneIsRelease
                ? rightLabel.Length.CompareTo(leftLabel.Length)
                : string.CompareOrdinal(leftLabel, rightLabel);
        }

        private static (Version Version, string Label) Parse(string name)
        {
            int dash = name.IndexOf('-', StringComparison.Ordinal);
            string number = dash < 0 ? name : name[..dash];
            return Version.TryParse(number, out Version? version)
                ? (version, dash < 0 ? "" : name[dash..])
                : (new Version(0, 0), name);
        }
    }
}
