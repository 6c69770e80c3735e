using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Jangteo.Platform.Storing;

/// <summary>
/// Waits for statements, and tells a slow statement, or a busy machine, from a server that does not answer any more. A statement that takes
/// long makes it ask the server something trivial on a connection of its own, unless the server has answered anything at all meanwhile.
/// Cancelling is no way out of a hung server, because a cancellation is a request to the same server and the driver blocks a thread on it;
/// so a statement that is given up is left to end by itself.
/// </summary>
internal sealed class ServerWatch
{
    /// <summary>When each server last answered anything to this process, whichever module asked: milliseconds of the machine's clock.</summary>
    private static readonly ConcurrentDictionary<string, StrongBox<long>> answers = [];

    /// <summary>For so long after the last trouble nobody queues for a connection longer than <see cref="DatabaseTimeouts.Answer"/>.</summary>
    private static readonly TimeSpan TroubleLasts = TimeSpan.FromSeconds(3);

    private readonly Lock guard = new();
    private readonly DatabaseTimeouts timeouts;
    private readonly string probing;
    private readonly StrongBox<long> answeredAt;
    private Task probe = Task.CompletedTask;
    private long troubledAt;

    public ServerWatch(NpgsqlDataSource source, DatabaseTimeouts timeouts)
    {
        var server = new NpgsqlConnectionStringBuilder(source.ConnectionString) { Pooling = false };
        (this.timeouts, probing) = (timeouts, server.ConnectionString);
        answeredAt = answers.GetOrAdd($"{server.Host}:{server.Port}", _ => new StrongBox<long>());
    }

    /// <summary>True while statements fail by what the database stands on.</summary>
    public bool IsTroubled => Volatile.Read(ref troubledAt) is var at && at != 0 && Environment.TickCount64 - at < TroubleLasts.TotalMilliseconds;

    /// <summary>Waits for a connection, which may come from the pool without a word of the server.</summary>
    /// <inheritdoc cref="Answer{T}"/>
    public async Task<T> Wait<T>(Task<T> opening, CancellationToken ct)
    {
        var since = Environment.TickCount64;
        try
        {
            while (!opening.IsCompleted)
            {
                try
                {
                    await opening.WaitAsync(PatienceSince(since), ct);
                }
                catch (TimeoutException) when (!opening.IsCompleted)
                {
                    await RefuseWhenHung(since, ct);
                }
            }

            return await opening;
        }
        catch (Exception fault) when (PassingFault.IsTrouble(fault))
        {
            Volatile.Write(ref troubledAt, Environment.TickCount64);
            throw;
        }
    }

    /// <summary>Waits for a statement to end, well or not.</summary>
    /// <exception cref="TimeoutException">
    /// The server is hung. The statement may still run; its connection must not be used before it has ended.
    /// </exception>
    public async Task<T> Answer<T>(Task<T> statement, CancellationToken ct)
    {
        try
        {
            var answer = await Wait(statement, ct);
            HasAnswered();
            return answer;
        }
        catch (PostgresException)
        {
            HasAnswered();
            throw;
        }
    }

    /// <summary>Takes a place in the queue for connections; while there is trouble only for a moment.</summary>
    public async Task Enter(SemaphoreSlim places, CancellationToken ct)
    {
        for (var since = Environment.TickCount64; !await places.WaitAsync(timeouts.Answer, ct);)
        {
            if (IsTroubled)
            {
                throw new TimeoutException("PostgreSQL is in trouble, and every connection waits for it.");
            }

            await RefuseWhenHung(since, ct);
        }
    }

    private void HasAnswered() => Volatile.Write(ref answeredAt.Value, Environment.TickCount64);

    /// <summary>How long a caller who asked at that moment has seen no answer of the server, to anybody.</summary>
    private TimeSpan SilentSince(long asked) =>
        TimeSpan.FromMilliseconds(Environment.TickCount64 - Math.Max(asked, Volatile.Read(ref answeredAt.Value)));

    /// <summary>How much longer such a caller waits before the server is probed.</summary>
    private TimeSpan PatienceSince(long asked) =>
        SilentSince(asked) is var silent && silent < timeouts.Answer ? timeouts.Answer - silent : TimeSpan.Zero;

    private async Task RefuseWhenHung(long since, CancellationToken ct)
    {
        if (PatienceSince(since) > TimeSpan.Zero)
        {
            return;
        }

        Task asked;
        lock (guard)
        {
            if (probe.IsCompleted)
            {
                probe = Task.Run(Probe, CancellationToken.None);
            }

            asked = probe;
        }

        try
        {
            await asked.WaitAsync(timeouts.Answer, ct);
            HasAnswered();
        }
        catch (Exception fault) when (fault is TimeoutException or NpgsqlException)
        {
            if (PatienceSince(since) == TimeSpan.Zero)
            {
                throw new TimeoutException("PostgreSQL does not answer.", fault);
            }
        }
    }

    private async Task Probe()
    {
        await using var connection = new NpgsqlConnection(probing);
        await connection.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
