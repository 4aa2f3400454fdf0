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
}
