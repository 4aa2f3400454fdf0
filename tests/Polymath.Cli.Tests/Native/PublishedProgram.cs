using System.Diagnostics;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Native;

/// <summary>The program as <c>dotnet publish</c> makes it, once for all tests of it.</summary>
public sealed class PublishedProgram : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("polymath-published-");

    public PublishedProgram()
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["publish", Path.Combine(RepositoryRoot(), "src", "Polymath.Cli"), "-c", "Release", "-o", _folder.FullName])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What runs these tests must not decide what is published.
        start.Environment.Remove("POLYMATH_KERNELS");
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Log = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        ExitCode = process.ExitCode;
    }

    /// <summary>How the publishing ended, and all that it wrote.</summary>
    public int ExitCode { get; }

    public string Log { get; }

    /// <summary>The program.</summary>
    public string ProgramPath => Path.Combine(_folder.FullName, "polymath");

    /// <summary>What lies in the published folder.</summary>
    public IEnumerable<string> FileNames => _folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.Name);

    public void Dispose() => _folder.Delete(recursive: true);

    internal Command Start(string folder, IEnumerable<string> arguments, string? processor = null) => Command.Start(
        folder, arguments, processor is null ? null : Limits(processor), ProgramPath);

    // What forces kernels upon the tests might force some that the image lacks.
    private static Dictionary<string, string> Limits(string processor) =>
        new() { ["POLYMATH_PROCESSOR"] = processor, ["POLYMATH_KERNELS"] = "" };

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Polymath.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
