namespace Polymath.Architecture.Tests;

/// <summary>Finds the checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Polymath.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Polymath.slnx not found above the test binaries");
    }
}
