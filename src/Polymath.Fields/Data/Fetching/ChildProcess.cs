using System.ComponentModel;
using System.Diagnostics;

namespace Polymath.Fields.Data.Fetching;

/// <summary>Runs another program to its end.</summary>
internal static class ChildProcess
{
    /// <summary>What a program left behind.</summary>
    /// <param name="ExitCode">0 for success, by custom.</param>
    /// <param name="Messages">What it wrote to the error stream, line by line.</param>
    public sealed record Outcome(int ExitCode, IReadOnlyList<string> Messages);

    /// <summary>Starts a program without a shell and waits for it.</summary>
    /// <param name="program">The program, found on the path.</param>
    /// <param name="arguments">Its arguments as they are.</param>
    /// <param name="workingFolder">Where it runs.</param>
    /// <param name="readOutput">Reads its standard output while it runs; null to throw the output away.</param>
    /// <param name="cancellation">Kills it and what it started.</param>
    /// <returns>The outcome; null when there is no such program.</returns>
    public static async Task<Outcome?> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        string workingFolder,
        Action<Stream>? readOutput,
        CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C"; // messages in a language that can be searched
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null;
        }

        try
        {
            process.StandardInput.Close();
            Task<List<string>> messages = ReadLinesAsync(process.StandardError, cancellation);
            Task output = Task.Run(
                () => (readOutput ?? (stream => stream.CopyTo(Stream.Null)))(process.StandardOutput.BaseStream),
                cancellation);
            await output.ConfigureAwait(false);
            List<string> lines = await messages.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return new Outcome(process.ExitCode, lines);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task<List<string>> ReadLinesAsync(StreamReader reader, CancellationToken cancellation)
    {
        const int mostLines = 1000;
        var lines = new List<string>();
        while (await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (lines.Count < mostLines)
            {
                lines.Add(line);
            }
        }

        return lines;
    }
}
