namespace Polymath.Cli;

/// <summary>A signal ended the work in good order: the process exits with 128 plus the signal's number.</summary>
internal sealed class InterruptedException(int signal) : Exception("interrupted")
{
    /// <summary>130 for Ctrl-C (SIGINT, 2), 143 for SIGTERM (15).</summary>
    public int ExitCode { get; } = 128 + signal;
}
