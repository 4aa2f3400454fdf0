using System.Globalization;
using System.Text.Json;

namespace Polymath.Cli.Tests.Fixtures;

/// <summary>A folder of its own in which a test runs commands; deleted with all that is in it.</summary>
public sealed class Workplace : IDisposable
{
    /// <summary>The folder.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("polymath-cli-").FullName;

    /// <summary>The full path of something inside.</summary>
    public string this[params string[] names] => System.IO.Path.Combine([Path, .. names]);

    /// <summary>Writes a file.</summary>
    /// <returns>Its name.</returns>
    public string Write(string name, string content)
    {
        File.WriteAllText(this[name], content);
        return name;
    }

    /// <summary>Writes a file.</summary>
    /// <returns>Its name.</returns>
    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(this[name], content);
        return name;
    }

    /// <summary>The bytes of a file inside.</summary>
    public byte[] Read(params string[] names) => File.ReadAllBytes(this[names]);

    /// <summary>Whether a file or folder is inside.</summary>
    public bool Has(params string[] names) => System.IO.Path.Exists(this[names]);

    /// <summary>All files and folders inside but the hidden, by their paths in it, in order.</summary>
    public string[] Entries() =>
    [
        .. Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories)
            .Select(entry => System.IO.Path.GetRelativePath(Path, entry))
            .Where(entry => !entry.StartsWith('.'))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Copies a folder from elsewhere into this one.</summary>
    public void CopyFolder(string from, string name)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = this[name, System.IO.Path.GetRelativePath(from, file)];
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Demands that two runs have the same checkpoint of a step, but for when it was made.</summary>
    public void HasSameCheckpoints(string run, string other, int step)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"step-{step}");
        string[] files = [.. Directory.EnumerateFiles(this[run, "checkpoints", folder]).Select(System.IO.Path.GetFileName)!];
        Assert.Contains(files, file => file.EndsWith(".safetensors", StringComparison.Ordinal));
        Assert.All(files.Where(file => file != "manifest.json"), file => Assert.Equal(
            Read(run, "checkpoints", folder, file), Read(other, "checkpoints", folder, file)));
    }

    /// <summary>Demands that an evaluation finds what a run's report says.</summary>
    public async Task EvaluatesAsReportedAsync(string run)
    {
        string output = (await RunAsync("evaluate", run, "--json")).Succeeded().Output;
        using JsonDocument found = JsonDocument.Parse(output), report = JsonDocument.Parse(File.ReadAllText(this[run, "report.json"]));
        Assert.Equal(
            report.RootElement.GetProperty("metrics").ToString(), found.RootElement.GetProperty("metrics").ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Starts a command in the folder.</summary>
    internal Command Start(params string[] arguments) => Command.Start(Path, arguments);

    /// <summary>Runs a command in the folder.</summary>
    internal async Task<CommandResult> RunAsync(params string[] arguments)
    {
        using Command command = Start(arguments);
        return await command.EndAsync();
    }

    /// <summary>Runs a command that is to refuse its input with all these words in an error, and to leave nothing.</summary>
    internal async Task<CommandResult> RefusesAsync(string[] words, params string[] arguments)
    {
        string[] before = Entries();
        CommandResult result = await RunAsync(arguments);
        Assert.Equal(before, Entries());
        return result.Refused(words);
    }

    /// <summary>Runs a command in the folder with one more variable of the environment.</summary>
    internal async Task<CommandResult> RunWithAsync(string variable, string value, params string[] arguments)
    {
        using Command command = Command.Start(
            Path, arguments, new Dictionary<string, string> { [variable] = value });
        return await command.EndAsync();
    }

    /// <summary>Runs a command in the folder that reads a text from its standard input.</summary>
    internal async Task<CommandResult> RunWithInputAsync(string input, params string[] arguments)
    {
        using Command command = Start(arguments);
        return await command.EndAsync(input);
    }
}
