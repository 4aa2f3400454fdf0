using System.Diagnostics;
using Polymath.Compute;

namespace Polymath.Learning.Tests;

/// <summary>Real processes, killed without warning or on a disk that is full.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void KilledAgainAndAgainTheRunEndsInTheSameBits()
    {
        PatternTraining.Run(new PatternField(), ChildProcess.Recipe, _folder["whole"]);
        var random = new RandomStream(7, 1);
        for (int kill = 0; kill < 6; kill++)
        {
            // Saving takes most of the time of these steps, so most kills strike in the middle of it.
            (int code, string output) = RunUntilKilled(
                _folder["run"], saves: 1 + (int)random.NextBelow(6), milliseconds: (int)random.NextBelow(8));
            Assert.Equal(137, code); // 128 + SIGKILL
            Assert.DoesNotContain("note", output, StringComparison.Ordinal);
        }

        Assert.NotEmpty(new CheckpointStore(_folder["run/checkpoints"]).Steps);
        Assert.Equal(0, Exit(ChildProcess.Start(_folder["run"])).Code);
        Assert.Equal(PatternTraining.StateAt(_folder["whole"], 60), PatternTraining.StateAt(_folder["run"], 60));
        string[] lines = File.ReadAllLines(_folder["run/metrics.jsonl"]);
        Assert.Equal(60, lines.Count(line => line.Contains("\"loss\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void OnAFullDiskTheRunSaysSoAndKeepsItsCheckpoints()
    {
        // A file system of its own, with room for a few checkpoints, in a name space of its own: no right of an
        // administrator is needed.
        string disk = _folder["disk"], copy = _folder["copy"];
        Directory.CreateDirectory(disk);
        string shell = $"mount -t tmpfs -o size=200k tmpfs {disk}";
        if (Exit(ChildProcess.Start(disk, $"{shell} && exit 42")).Code != 42)
        {
            Assert.Skip("this system does not allow file systems in a name space of one's own");
        }

        string script = $"{shell}; ( \"$0\" ; echo code $? ); cp -a {disk}/run {copy}; exit 0";
        (_, string output) = Exit(ChildProcess.Start(Path.Combine(disk, "run"), script));
        Assert.Contains("code 1", output, StringComparison.Ordinal);
        Assert.Contains("cannot write to", output, StringComparison.Ordinal);
        Assert.Contains("No space left on device", output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("the last good checkpoint is", output, StringComparison.Ordinal);
        var store = new CheckpointStore(Path.Combine(copy, "checkpoints"));
        Assert.NotNull(store.OpenNewest(Assert.Fail));

        // With room again the run goes on as if nothing had happened.
        PatternTraining.Resume(new PatternField(), copy);
        PatternTraining.Run(new PatternField(), ChildProcess.Recipe, _folder["whole"]);
        Assert.Equal(PatternTraining.StateAt(_folder["whole"], 60), PatternTraining.StateAt(copy, 60));
    }

    private static (int Code, string Output) RunUntilKilled(string path, int saves, int milliseconds)
    {
        using Process process = Process.Start(ChildProcess.Start(path))!;
        string output = "";
        for (int line = 0; line < saves; line++)
        {
            output += process.StandardOutput.ReadLine() + "\n";
        }

        Thread.Sleep(milliseconds);
        process.Kill();
        output += process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static (int Code, string Output) Exit(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
