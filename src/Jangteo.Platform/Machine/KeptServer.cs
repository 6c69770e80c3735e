using System.Diagnostics;

namespace Jangteo.Platform.Machine;

/// <summary>The process of a server, and our hold on it when we started it ourselves.</summary>
public sealed record Server(int Process, Process? Child);

/// <summary>A server that the program cannot do without: when it ends by itself it is started again, until the program stops it.</summary>
/// <param name="name">For people.</param>
/// <param name="first">The server that runs now.</param>
/// <param name="startAgain">Has the server running when it returns.</param>
public sealed class KeptServer(string name, Server first, Func<Task<Server>> startAgain, Action<string>? say)
{
    // Past this a server that was told to stop is left to finish alone: the next start waits for it.
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan RestartsAfter = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource stopping = new();
    private Server server = first;
    private Task keepingRunning = Task.CompletedTask;

    public int ProcessId => server.Process;

    public void Keep() => keepingRunning = KeepRunning();

    /// <summary>Stops it, and waits until it has gone. False when that was done before.</summary>
    /// <param name="tell">Tells the process to end.</param>
    public async Task<bool> Stop(Action<int> tell)
    {
        if (stopping.IsCancellationRequested)
            return false;
        await stopping.CancelAsync();
        await keepingRunning;
        tell(server.Process);
        using var patience = new CancellationTokenSource(StopsWithin);
        try
        {
            await Gone(LooksEvery, patience.Token);
        }
        catch (OperationCanceledException)
        {
            // It still writes what it has to; the next start waits for it before it starts another.
        }

        server.Child?.Dispose();
        stopping.Dispose();
        return true;
    }

    private async Task Gone(TimeSpan lookEvery, CancellationToken patience)
    {
        if (server.Child is { } child)
            await child.WaitForExitAsync(patience);
        while (HostSystem.Here.IsAlive(server.Process))
            await Task.Delay(lookEvery, patience);
    }

    /// <summary>A server that the system killed, for want of memory for instance, is started again: what it has acknowledged is on disk.</summary>
    private async Task KeepRunning()
    {
        while (true)
        {
            try
            {
                await Gone(RestartsAfter, stopping.Token);
                say?.Invoke($"{name} has ended by itself, and is started again.");
                // Not to be given up halfway, else nobody would stop what was begun.
                var next = await startAgain();
                server.Child?.Dispose();
                server = next;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (UnavailableException failed)
            {
                // Mostly because processes of the dead server have not noticed yet and hold what is its.
                say?.Invoke(failed.Message);
                await Task.Delay(RestartsAfter, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
