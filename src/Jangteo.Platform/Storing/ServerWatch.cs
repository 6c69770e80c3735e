using Npgsql;

namespace Jangteo.Platform.Storing;

/// <summary>
/// Waits for statements, and tells a slow statement from a server that does not answer any more: a statement that takes long makes it ask the server something
/// trivial on a connection of its own. Cancelling is no way out of a hung server, because a cancellation is a request to the same server and the driver blocks
/// a thread on it; so a statement that is given up is left to end by itself.
/// </summary>
internal sealed class ServerWatch(NpgsqlDataSource source, DatabaseTimeouts timeouts)
{
    /// <summary>For so long after the last trouble nobody queues for a connection longer than <see cref="DatabaseTimeouts.Answer"/>.</summary>
    private static readonly TimeSpan TroubleLasts = TimeSpan.FromSeconds(3);

    private readonly Lock guard = new();
    private readonly string probing = new NpgsqlConnectionStringBuilder(source.ConnectionString) { Pooling = false }.ConnectionString;
    private Task probe = Task.CompletedTask;
    private long troubledAt;

    /// <summary>True while statements fail by what the database stands on.</summary>
    public bool IsTroubled => Volatile.Read(ref troubledAt) is var at && at != 0 && Environment.TickCount64 - at < TroubleLasts.TotalMilliseconds;

    /// <summary>Waits for a statement to end, well or not.</summary>
    /// <exception cref="TimeoutException">The server is hung. The statement may still run; its connection must not be used before it has ended.</exception>
    public async Task<T> Wait<T>(Task<T> statement, CancellationToken ct)
    {
        try
        {
            while (!statement.IsCompleted)
            {
                try
                {
                    await statement.WaitAsync(timeouts.Answer, ct);
                }
                catch (TimeoutException) when (!statement.IsCompleted)
                {
                    await RefuseWhenHung(ct);
                }
            }

            return await statement;
        }
        catch (Exception fault) when (PassingFault.IsTrouble(fault))
        {
            Volatile.Write(ref troubledAt, Environment.TickCount64);
            throw;
        }
    }

    /// <summary>Takes a place in the queue for connections; while there is trouble only for a moment.</summary>
    public async Task Enter(SemaphoreSlim places, CancellationToken ct)
    {
        while (!await places.WaitAsync(timeouts.Answer, ct))
        {
            if (IsTroubled)
            {
                throw new TimeoutException("PostgreSQL is in trouble, and every connection waits for it.");
            }

            await RefuseWhenHung(ct);
        }
    }

    private async Task RefuseWhenHung(CancellationToken ct)
    {
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
        }
        catch (Exception fault) when (fault is TimeoutException or NpgsqlException)
        {
            throw new TimeoutException("PostgreSQL does not answer.", fault);
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
