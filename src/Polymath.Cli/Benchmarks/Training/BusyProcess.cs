using System.Diagnostics;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>Another program that wants a whole core for itself, as on a machine that is shared.</summary>
internal sealed class BusyProcess : IDisposable
{
    // Asking whether we still live keeps the core busy, and ends the loop when nobody could end it any more.
    private const string Loop = "while kill -0 \"$0\" 2> /dev/null; do :; done";

    private readonly Process _process;

    private BusyProcess(Process process) => _process = process;

    /// <summary>Whether this system has what it takes: a POSIX shell.</summary>
    public static bool IsSupported => !OperatingSystem.IsWindows();

    /// <summary>Starts it.</summary>
    public static BusyProcess Start() =>
        new(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Loop, $"{Environment.ProcessId}"]))!);

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
