namespace Polymath.Tests;

/// <summary>Finds the files that tests/fetch-fixtures brings.</summary>
internal static class Fixture
{
    /// <summary>The path of a fixture; its absence fails the test with what to do.</summary>
    public static string Find(string name)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Polymath.slnx")))
        {
            root = root.Parent;
        }

        Assert.NotNull(root);
        string path = Path.Combine(root.FullName, "artifacts", "fixtures", name);
        Assert.True(File.Exists(path), $"artifacts/fixtures/{name} is missing: run tests/fetch-fixtures");
        return path;
    }
}
