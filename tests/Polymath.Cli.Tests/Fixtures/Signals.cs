using System.Runtime.InteropServices;

namespace Polymath.Cli.Tests.Fixtures;

/// <summary>The signals that end a process.</summary>
internal static partial class Signals
{
    /// <summary>Ctrl-C.</summary>
    public const int Interrupt = 2;

    /// <summary>Ends a process at once: it cannot answer.</summary>
    public const int Kill = 9;

    /// <summary>Asks a process to end.</summary>
    public const int Terminate = 15;

    /// <summary>Sends a signal to a process.</summary>
    public static void Send(int processId, int signal) => Assert.Equal(0, kill(processId, signal));

    [LibraryImport("libc")]
    private static partial int kill(int processId, int signal);
}
