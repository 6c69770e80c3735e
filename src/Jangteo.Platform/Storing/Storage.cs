using System.Globalization;
using Jangteo.Platform.Time;
using Npgsql;

namespace Jangteo.Platform.Storing;

/// <summary>What one module keeps: its own schema, reached by its own login, which can read nothing else.</summary>
public sealed class Storage(string module, NpgsqlDataSource source, BusinessClock clock) : IAsyncDisposable
{
    public string Module => module;

    public BusinessClock Clock => clock;

    /// <summary>Rings when something was put into the outbox.</summary>
    public Bell Sent { get; } = new();

    /// <summary>Not the fault of what was to be done: the same may well succeed in a moment.</summary>
    public static bool IsPassing(Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections } => true,
        PostgresException => false,
        NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>A transaction. Dispose without Commit rolls back.</summary>
    public async Task<Work> Begin(Cause cause, CancellationToken ct) => new(this, await source.OpenConnectionAsync(ct), cause);

    /// <summary>Runs a transaction to its commit, again from the beginning when it lost to another (deadlock, serialisation): nothing of the lost attempt remains.</summary>
    public async Task<T> Do<T>(Cause cause, Func<Work, Task<T>> act, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var work = await Begin(cause, ct);
                var result = await act(work);
                await work.Commit(ct);
                return result;
            }
            catch (PostgresException lost) when (lost.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure && attempt < 8)
            {
                await Task.Delay(Random.Shared.Next(1, 10 * attempt), ct);
            }
        }
    }

    /// <inheritdoc cref="Do{T}"/>
    public Task Do(Cause cause, Func<Work, Task> act, CancellationToken ct) =>
        Do(cause, async work =>
        {
            await act(work);
            return 0;
        }, ct);

    /// <summary>Reads in a transaction of its own that writes nothing.</summary>
    public async Task<List<T>> Query<T>(Sql sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { sql.ToCommand() } };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>The same, given up by the database when it takes too long: for what anybody may ask.</summary>
    /// <exception cref="PostgresException"><c>57014</c>, query_canceled.</exception>
    public async Task<List<T>> QueryWithin<T>(TimeSpan most, Sql sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        // Both are one transaction, with which the setting ends.
        var limit = new Sql("select set_config('statement_timeout', $1, true)", most.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        var rows = new List<T>();
        await Read(ct, (limit, _ => { }), (sql, row => rows.Add(read(row))));
        return rows;
    }

    /// <summary>Several statements that write nothing, in one round trip.</summary>
    public async Task Read(CancellationToken ct, params (Sql Sql, Action<NpgsqlDataReader> Row)[] reads)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (sql, _) in reads)
        {
            batch.BatchCommands.Add(sql.ToCommand());
        }

        await using var reader = await batch.ExecuteReaderAsync(ct);
        foreach (var (_, row) in reads)
        {
            while (await reader.ReadAsync(ct))
            {
                row(reader);
            }

            await reader.NextResultAsync(ct);
        }
    }

    /// <summary>The only row of a statement, or nothing.</summary>
    public async Task<T?> Find<T>(Sql sql, Func<NpgsqlDataReader, T> read, CancellationToken ct) =>
        (await Query(sql, read, ct)) is [var row, ..] ? row : default;

    /// <summary>A connection for what needs one of its own, such as an advisory lock.</summary>
    public ValueTask<NpgsqlConnection> Open(CancellationToken ct) => source.OpenConnectionAsync(ct);

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
