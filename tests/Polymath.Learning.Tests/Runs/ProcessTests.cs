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
        int killedCount = 0;
        for (int attempt = 0; attempt < 40; attempt++)
        {
            // After a few starts the run may end by itself, so that the test does.
            int patience = attempt < 6 ? 5 + (int)random.NextBelow(60) : 60_000;
            (int code, string output) = RunFor(_folder["run"], patience);
            Assert.DoesNotContain("note", output, StringComparison.Ordinal);
            if (code == 0)
            {
                break;
            }

            // 128 + SIGKILL
            Assert.Equal(137, code);
            killedCount++;
        }

        Assert.InRange(killedCount, 1, 39);
        Assert.Equal(PatternTraining.StateAt(_folder["whole"], 60), PatternTraining.StateAt(_folder["run"], 60));
        string[] lines = File.ReadAllLines(_folder["run/metrics.jsonl"]);
        Assert.Equal(60, lines.Count(line => line.Contains("\"loss\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void OnAFullDiskTheRunSaysSoAndKeepsItsCheckpoints()
    {
        // A file system of its own, with room for a few checkpoints, in a name space of its own: no right of an administrator is needed.
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

    private static (int Code, string Output) RunFor(string path, int milliseconds)
    {
        using Process process = Process.Start(ChildProcess.Start(path))!;
        string first = process.StandardOutput.ReadLine() ?? "";
        if (!process.WaitForExit(milliseconds))
        {
            process.Kill();
        }

        string output = first + "\n" + process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
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
