using System.Runtime.InteropServices;

namespace Jangteo;

/// <summary>
/// A program that is told to stop before it serves gives up what it waits for and stops what it has started, such as a database server. A
/// second signal ends it at once: without a handler process 1 of a container would not end by one.
/// </summary>
internal sealed class StopBeforeServing : IDisposable
{
    // Never disposed: a signal may be on its way to the handler.
    private readonly CancellationTokenSource told = new();
    private readonly List<PosixSignalRegistration> signals = [];

    public StopBeforeServing()
    {
        foreach (var signal in Draining.Signals)
        {
            signals.Add(PosixSignalRegistration.Create(signal, Handle));
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => told.Token;

    /// <summary>128 and the number of the signal, as a shell says it. 0 before there was one.</summary>
    public int ExitCode { get; private set; }

    /// <summary>From now on <see cref="Draining"/> is told to stop.</summary>
    public void Dispose() => signals.ForEach(signal => signal.Dispose());

    private void Handle(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (ExitCode != 0)
        {
            Environment.Exit(ExitCode);
        }

        ExitCode = 128 + signal.Signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGQUIT => 3,
            _ => 15,
        };
        told.Cancel();
    }
}
