using System.Reflection;

namespace Polymath.Architecture.Tests;

/// <summary>A floor references only floors below it: checked on the compiled assemblies and on the project files.</summary>
public sealed class FloorTests
{
    private static readonly string[] Floors = ["Compute", "Formats", "Networks", "Learning", "Fields", "Cli"];

    public static TheoryData<string> AllFloors => [.. Floors];

    [Theory]
    [MemberData(nameof(AllFloors))]
    public void ProjectReferencesPointDown(string floor)
    {
        int level = Array.IndexOf(Floors, floor);
        string project = File.ReadAllText(Path.Combine(Repository.Root, "src", $"Polymath.{floor}", $"Polymath.{floor}.csproj"));
        foreach (string above in Floors.Skip(level))
        {
            Assert.DoesNotContain($"Polymath.{above}.csproj", project);
        }
    }

    [Theory]
    [MemberData(nameof(AllFloors))]
    public void CompiledReferencesPointDown(string floor)
    {
        string name = floor == "Cli" ? "polymath" : $"Polymath.{floor}";
        Assembly assembly = Assembly.Load(name);
        int level = Array.IndexOf(Floors, floor);
        foreach (AssemblyName reference in assembly.GetReferencedAssemblies())
        {
            int referenced = Array.IndexOf(Floors, reference.Name!.Replace("Polymath.", "", StringComparison.Ordinal));
            Assert.True(referenced < level, $"{floor} references {reference.Name}, which is not below it");
        }
    }

    // What several fields share lies in folders that hold no field, and knows none.
    [Fact]
    public void AFieldKnowsNoOtherField()
    {
        string root = Path.Combine(Repository.Root, "src", "Polymath.Fields");
        string[] fields = [.. Directory.GetDirectories(root)
            .Where(folder => Directory.GetFiles(folder, "*Field.cs").Length > 0).Select(folder => Path.GetFileName(folder))];
        Assert.Contains("Vision", fields);
        foreach (string file in Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string own = Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[0], text = File.ReadAllText(file);
            if (Path.GetFileName(file) != "DataCatalogue.cs")
            {
                Assert.All(fields.Where(field => field != own), field => Assert.DoesNotContain($"Polymath.Fields.{field}", text));
            }
        }
    }
}
