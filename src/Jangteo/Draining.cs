using System.Runtime.InteropServices;
using Jangteo.Platform;
using Jangteo.Platform.Http;

namespace Jangteo;

/// <summary>
/// How the program is told to stop. After SIGTERM it says on <c>/health/ready</c> that it is no longer to be sent requests, and goes on
/// serving until gateways have noticed (<see cref="DrainingSettings.Notice"/>) and no request is under way
/// (<see cref="DrainingSettings.Within"/>). Only then does the listener close: a gateway ends the requests of a process that accepts no
/// connections. SIGHUP, by which a terminal that is closed ends its programs, does the same. Ctrl+C (SIGINT), and a second signal, close
/// the listener at once.
/// </summary>
internal sealed class Draining(
    IHostApplicationLifetime program, DrainingSettings settings, TimeProvider machine, ILogger<Draining> log) : IHostLifetime, IDisposable
{
    /// <summary>The signals that tell the program to stop.</summary>
    public static readonly IReadOnlyList<PosixSignal> Signals = [PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(20);

    private readonly List<PosixSignalRegistration> signals = [];
    private int begun;
    private int underWay;

    /// <summary>Whether the program has been told to stop.</summary>
    public bool HasBegun => Volatile.Read(ref begun) != 0;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in Signals)
        {
            signals.Add(PosixSignalRegistration.Create(signal, Handle));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Counts a request while it is answered. Every answer closes its connection while the program drains: a gateway that keeps connections
    /// for later would else send a request on one that is just being closed, and could not know whether the request was carried out.
    /// </summary>
    public async Task Pass(HttpContext http, RequestDelegate next)
    {
        if (HasBegun)
        {
            http.Response.Headers.Connection = "close";
        }

        // A stream ends when the listener closes, and is begun again elsewhere.
        if (OccupiesRoutes.OccupiedBy(http.GetEndpoint()) == Occupies.Stream || http.Request.Path.StartsWithSegments("/health"))
        {
            await next(http);
            return;
        }

        Interlocked.Increment(ref underWay);
        try
        {
            await next(http);
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    public void Dispose() => signals.ForEach(signal => signal.Dispose());

    private void Handle(PosixSignalContext signal)
    {
        // The host stops the program; the runtime is not to end it at once.
        signal.Cancel = true;
        if (Interlocked.Exchange(ref begun, 1) == 0 && signal.Signal is (PosixSignal.SIGTERM or PosixSignal.SIGHUP))
        {
            _ = StopAfterNotice();
        }
        else
        {
            program.StopApplication();
        }
    }

    private async Task StopAfterNotice()
    {
        log.LogInformation("Draining: not ready any more, and still serving for {Notice}.", settings.Notice);
        await Sleep(settings.Notice);
        var noticed = machine.GetTimestamp();
        while (Volatile.Read(ref underWay) > 0 && machine.GetElapsedTime(noticed) < settings.Within && !program.ApplicationStopping.IsCancellationRequested)
        {
            await Sleep(LooksEvery);
        }

        program.StopApplication();
    }

    private async Task Sleep(TimeSpan time) =>
        await Task.Delay(time, machine, program.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
