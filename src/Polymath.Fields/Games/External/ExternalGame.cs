using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Fields.Games.External;

/// <summary>A game that another program simulates.</summary>
/// <param name="Name">What messages call it: its file.</param>
/// <param name="Program">The program, found on the path or beside the file.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Folder">Where it runs: the file's folder.</param>
/// <param name="Patience">How long an answer may take.</param>
internal sealed record ExternalGame(
    string Name, string Program, IReadOnlyList<string> Arguments, string Folder, TimeSpan Patience)
{
    /// <summary>The key that makes a file one of this kind.</summary>
    public const string ProgramKey = "program";

    private const int DefaultPatienceSeconds = 60, LargestPatienceSeconds = 3600;

    /// <summary>Reads its description.</summary>
    /// <param name="path">The file.</param>
    /// <param name="root">What it holds.</param>
    /// <exception cref="InvalidInputException">A key is unknown or has a wrong value.</exception>
    public static ExternalGame Read(string path, StrictJsonValue root)
    {
        root.RequireOnly(ProgramKey, "arguments", "patience");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string program = root[ProgramKey].AsString();
        if (program.Length == 0)
        {
            throw root[ProgramKey].Fault("must name a program");
        }

        string beside = Path.Combine(folder, program);
        string[] arguments = root.TryGet("arguments", out StrictJsonValue listed)
            ? [.. listed.Items().Select(item => item.AsString())]
            : [];
        int seconds = root.TryGet("patience", out StrictJsonValue patience)
            ? patience.AsInt32(1, LargestPatienceSeconds)
            : DefaultPatienceSeconds;
        return new ExternalGame(
            path, File.Exists(beside) ? beside : program, arguments, folder, TimeSpan.FromSeconds(seconds));
    }
}
