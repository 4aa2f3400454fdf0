using System.Runtime.InteropServices;

namespace Polymath.Cli;

/// <summary>
/// Turns Ctrl-C and SIGTERM into a request to stop in good order; a second one ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const int InterruptSignal = 2, TerminateSignal = 15;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signal = InterruptSignal;

    private Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, InterruptSignal)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, TerminateSignal)),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Does work that a signal may end.</summary>
    /// <param name="work">The work; it throws when its token is cancelled, or comes to an end in its own way.</param>
    /// <exception cref="InterruptedException">A signal cancelled the work.</exception>
    public static int Run(Func<Interruption, int> work)
    {
        using var interruption = new Interruption();
        try
        {
            return work(interruption);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw interruption.ToException();
        }
    }

    /// <summary>What ends the process with the exit code of the signal.</summary>
    public InterruptedException ToException() => new(_signal);

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context, int signal)
    {
        context.Cancel = !_source.IsCancellationRequested;
        _signal = signal;
        _source.Cancel();
    }
}
