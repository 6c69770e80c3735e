using System.Collections.Concurrent;
using System.Diagnostics;
using Jangteo.Platform.Machine;
using Jangteo.Split;

namespace Jangteo.Bench.Chaos;

/// <summary>Kills what runs, one after the other and none gently: a process of a module every two seconds, and each of the servers every twenty.</summary>
internal sealed class Unrest(Fleet fleet, int seed, Action<string> say)
{
    private static readonly TimeSpan BetweenProcesses = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenServers = TimeSpan.FromSeconds(20);

    // Each has its own signal: PostgreSQL's is that of pg_ctl stop -m immediate, after which it has to recover.
    private static readonly (string Name, int Signal)[] Servers = [("rabbitmq", Posix.Kill), ("postgresql", Posix.Quit), ("haproxy", Posix.Kill)];

    private static readonly TimeSpan WaitsAtLeast = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(50);

    private readonly Random random = new(seed);

    /// <summary>The processes that were killed and are not ready again: the number of the dead one, and when it was killed.</summary>
    private readonly ConcurrentDictionary<string, (int Process, long At)> away = new(StringComparer.Ordinal);

    private readonly List<TimeSpan> returns = [];

    /// <summary>How often each was killed.</summary>
    public SortedDictionary<string, int> Kills { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// How long each process of a module took from its death until it was ready again; one that was killed meanwhile counts from then.
    /// </summary>
    public IReadOnlyList<TimeSpan> Returns => returns;

    /// <summary>How many were not ready again when it was over.</summary>
    public int Away => away.Count;

    /// <summary>Kills for so long, and returns when every process is ready again.</summary>
    /// <param name="readyWithin">So long, and for a minute at least, they are waited for.</param>
    public async Task Last(TimeSpan duration, TimeSpan readyWithin, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = WatchReturns(over.Token);
        await KillFor(duration, ct);
        over.CancelAfter(readyWithin > WaitsAtLeast ? readyWithin : WaitsAtLeast);
        while (!away.IsEmpty && !over.IsCancellationRequested)
        {
            await Task.Delay(LooksEvery, ct);
        }

        await over.CancelAsync();
        await watching;
    }

    private async Task WatchReturns(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            foreach (var process in fleet.Processes().Where(process => process.IsReady))
            {
                if (away.TryGetValue(process.Name, out var killed) && process.Process != killed.Process
                    && away.TryRemove(new(process.Name, killed)))
                {
                    returns.Add(Stopwatch.GetElapsedTime(killed.At));
                }
            }

            await Task.Delay(LooksEvery, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task KillFor(TimeSpan duration, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        // Not all at once: each finds the others at work, or getting up again.
        var servers = Servers.Select((server, index) => (server.Name, server.Signal, At: BetweenServers * (index + 1) / (Servers.Length + 1))).ToArray();
        for (var next = BetweenProcesses; next <= duration; next += BetweenProcesses)
        {
            await Task.Delay(next > watch.Elapsed ? next - watch.Elapsed : TimeSpan.Zero, ct);
            for (var index = 0; index < servers.Length; index++)
            {
                if (servers[index].At <= next)
                {
                    Kill(servers[index].Name, servers[index].Signal);
                    servers[index].At += BetweenServers;
                }
            }

            if (fleet.Processes().Where(process => process.Module is not null && process.Process != 0).ToList() is { Count: > 0 } alive)
            {
                Kill(alive[random.Next(alive.Count)].Name, Posix.Kill);
            }
        }
    }

    private void Kill(string name, int signal)
    {
        // It may just have died of the one before: then it is not killed once more.
        if (fleet.Processes().FirstOrDefault(process => process.Name == name) is { Process: > 0 } victim && Posix.IsAlive(victim.Process))
        {
            if (victim.Module is not null)
            {
                away[name] = (victim.Process, Stopwatch.GetTimestamp());
            }

            Posix.Signal(victim.Process, signal);
            Kills[name] = Kills.GetValueOrDefault(name) + 1;
            say($"{name} was killed.");
        }
    }
}
