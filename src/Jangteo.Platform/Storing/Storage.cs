using System.Globalization;
using Jangteo.Platform.Time;
using Npgsql;

namespace Jangteo.Platform.Storing;

/// <summary>What one module keeps: its own schema, reached by its own login, which can read nothing else.</summary>
public sealed class Storage : IAsyncDisposable
{
    /// <summary>So many transactions and reads of a module run at once; the others queue.</summary>
    public const int AtOnce = 12;

    private readonly NpgsqlDataSource source;
#pragma warning disable CA2213 // It holds nothing that needs an end; see DisposeAsync.
    private readonly SemaphoreSlim places = new(AtOnce);
#pragma warning restore CA2213
    private readonly ServerWatch watch;

    public Storage(string module, NpgsqlDataSource source, BusinessClock clock, DatabaseTimeouts? timeouts = null)
    {
        (Module, this.source, Clock) = (module, source, clock);
        watch = new ServerWatch(source, timeouts ?? new DatabaseTimeouts());
    }

    public string Module { get; }

    public BusinessClock Clock { get; }

    /// <summary>Rings when something was put into the outbox.</summary>
    public Bell Sent { get; } = new();

    /// <inheritdoc cref="PassingFault.Is"/>
    public static bool IsPassing(Exception fault) => PassingFault.Is(fault);

    /// <summary>A transaction. Dispose without Commit rolls back.</summary>
    public async Task<Work> Begin(Cause cause, CancellationToken ct) => new(this, await Take(ct), cause);

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
        var rows = new List<T>();
        await Read(ct, (sql, reader => rows.Add(read(reader))));
        return rows;
    }

    /// <summary>The same, given up by the database when it takes too long: for what anybody may ask.</summary>
    /// <exception cref="PostgresException"><c>57014</c>, query_canceled.</exception>
    public async Task<List<T>> QueryWithin<T>(TimeSpan most, Sql sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        // Both are one transaction, with which the setting ends.
        var limit = new Sql(
            "select set_config('statement_timeout', $1, true)", most.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        var rows = new List<T>();
        await Read(ct, (limit, _ => { }), (sql, row => rows.Add(read(row))));
        return rows;
    }

    /// <summary>Several statements that write nothing, in one round trip.</summary>
    public async Task Read(CancellationToken ct, params (Sql Sql, Action<NpgsqlDataReader> Row)[] reads)
    {
        await using var lease = await Take(ct);
        await lease.Read(lease.NewBatch(), reads, ct);
    }

    /// <summary>Several statements that write nothing and see the same moment, in one round trip.</summary>
    public async Task ReadSnapshot(CancellationToken ct, params (Sql Sql, Action<NpgsqlDataReader> Row)[] reads)
    {
        var lease = await Take(ct);
        var ended = false;
        try
        {
            var batch = lease.NewBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand("begin isolation level repeatable read read only"));
            await lease.Read(batch, [.. reads, (new Sql("commit"), _ => { })], ct);
            ended = true;
        }
        finally
        {
            await lease.End(ended ? null : "rollback");
        }
    }

    /// <summary>The only row of a statement, or nothing.</summary>
    public async Task<T?> Find<T>(Sql sql, Func<NpgsqlDataReader, T> read, CancellationToken ct) =>
        (await Query(sql, read, ct)) is [var row, ..] ? row : default;

    /// <summary>
    /// Takes a lock of the session: one process of the module has it at a time, and no transaction is open, so that its holder may wait for
    /// something outside. Null when it is held already.
    /// </summary>
    /// <param name="name">What is locked; one lock of each name in a schema.</param>
    public async Task<SessionLock?> TryLock(string name, CancellationToken ct) => await SessionLock.TryTake(await Take(ct), name, ct);

    /// <summary>A connection for what needs one of its own, such as an advisory lock.</summary>
    public ValueTask<NpgsqlConnection> Open(CancellationToken ct) => source.OpenConnectionAsync(ct);

    /// <summary>The places in the queue stay: what was given up may still end and give its place back.</summary>
    public ValueTask DisposeAsync() => source.DisposeAsync();

    private Task<Lease> Take(CancellationToken ct) => Lease.Take(source, watch, places, ct);
}
