using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Views;

/// <summary>How far a rebuilding has come.</summary>
/// <param name="Sender">Whose log is being read.</param>
/// <param name="Position">How far it has been read.</param>
/// <param name="Of">How long it was when the reading began.</param>
public sealed record Rebuilding(string Sender, long Position, long Of);

/// <summary>What came out of a rebuilding in which the old was compared with the new.</summary>
/// <param name="Differ">How many rows the old had otherwise, or not at all, or too many of.</param>
/// <param name="Rows">How many there are now.</param>
public sealed record Compared(long Differ, long Rows);

/// <summary>
/// jangteo rebuild-views: makes a new copy of the views, with an inbox of its own, from the logs of the modules, while the live one goes on; then
/// switches over in one transaction. Only events are read, and nothing is sent to anybody again.
/// </summary>
public static class RebuildViews
{
    private const string Copy = "views_rebuilt";
    private const string Replaced = "views_replaced";

    /// <summary>A switch that cannot have the tables so soon lets go of what it has, so that the live views do not wait behind it, and tries again.</summary>
    private const string LockTimeout = "5s";
    private const int Attempts = 12;

    /// <summary>What people look at.</summary>
    private static readonly string[] Seen = ["listings", "trades", "lines", "alarms", "people", "suspended_people"];

    /// <summary>What is made of what was heard, and the memory of having heard it. The rest of the schema is not of this making.</summary>
    private static readonly string[] Tables = ["inbox", "reading", "aside", .. Seen];

    /// <param name="admin">The connection string of whoever may make and drop tables in the database of the views.</param>
    /// <param name="logs">The logs of every module that the views hear.</param>
    /// <param name="say">Told how far it has come, some hundred messages apart.</param>
    /// <param name="compare">Whether to compare every row, by its hash, at the moment of the switch; who looks at a view waits as long as that takes.</param>
    /// <returns>What was compared, or null. What the live views have not heard yet differs, so that it says something of a market at rest only.</returns>
    public static async Task<Compared?> Run(string admin, IReadOnlyList<ILog> logs, BusinessClock clock, ILoggerFactory loggers, Action<Rebuilding> say, CancellationToken ct, bool compare = false)
    {
        var missing = MessageTypes.SendersHeardBy(Modules.Views).Except(logs.Select(log => log.Module)).ToList();
        if (missing.Count > 0)
        {
            throw new ArgumentException($"The views are made of every module's log, and those of {string.Join(", ", missing)} are not here.", nameof(logs));
        }

        await using var source = NpgsqlDataSource.Create(admin);
        await Drop(source, ct);
        await Migrations.Apply(admin, [(Copy, [.. Migrations.Of(typeof(Module).Assembly), .. new ViewsModule().Migrations])], ct);

        var search = new NpgsqlConnectionStringBuilder(admin) { SearchPath = $"{Copy},public", MaxAutoPrepare = 50, AutoPrepareMinUsages = 2, MaxPoolSize = 4 };
        Compared? compared = null;
        await using (var storage = new Storage(Modules.Views, NpgsqlDataSource.Create(search.ConnectionString), clock))
        {
            var hear = new HearEverything(null);
            var none = new Faults(allowed: false);
            var receiver = new Receiver(Modules.Views, storage, hear, none, loggers.CreateLogger<Receiver>());
            var readers = logs.Select(log => (Log: log, Reader: new LogReader(receiver, log, storage, none, new Alarms(TimeProvider.System), loggers.CreateLogger<LogReader>()))).ToList();
            await HearAll(readers, say, ct);

            async Task CatchUp(NpgsqlConnection connection)
            {
                await HearAll(readers, say, ct);
                compared = compare ? await Compare(connection, ct) : null;
            }

            for (var attempt = 1; !await TrySwitch(source, CatchUp, ct); attempt++)
            {
                if (attempt == Attempts)
                {
                    throw new TimeoutException($"The views are made anew, but their tables could not be had for {LockTimeout} in {Attempts} attempts. Nothing was changed; try again when less is going on.");
                }

                await HearAll(readers, say, ct);
            }
        }

        await Drop(source, ct);
        return compared;
    }

    private static async Task<Compared> Compare(NpgsqlConnection connection, CancellationToken ct)
    {
        var (differ, rows) = (0L, 0L);
        foreach (var table in Seen)
        {
            // Both were made by the same migrations, so that a row is written the same way when it is the same.
            var (old, made) = ($"select md5(o::text) from views.{table} o", $"select md5(m::text) from {Copy}.{table} m");
            await using var command = new NpgsqlCommand(
                $"select greatest((select count(*) from ({old} except all {made}) gone), (select count(*) from ({made} except all {old}) come)), (select count(*) from {Copy}.{table})", connection)
            { CommandTimeout = 0 };
            await using var reader = await command.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            (differ, rows) = (differ + reader.GetInt64(0), rows + reader.GetInt64(1));
        }

        return new Compared(differ, rows);
    }

    private static async Task HearAll(List<(ILog Log, LogReader Reader)> readers, Action<Rebuilding> say, CancellationToken ct)
    {
        foreach (var (log, reader) in readers)
        {
            var end = await log.End(ct);
            await reader.HearToTheEnd(position => say(new Rebuilding(log.Module, position, Math.Max(position, end))), ct);
        }
    }

    /// <summary>
    /// Whoever hears touches the inbox first, so holding it stops all of them and waits for nobody in a ring. What they heard before that is heard by
    /// the copy too, and then the tables change places.
    /// </summary>
    private static async Task<bool> TrySwitch(NpgsqlDataSource source, Func<NpgsqlConnection, Task> catchUp, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await Execute(connection, $"set local lock_timeout = '{LockTimeout}'; {string.Concat(Tables.Select(table => $"lock table views.{table} in access exclusive mode; "))}", ct);
            await catchUp(connection);
            var login = Migrations.Login(Modules.Views);
            await Execute(
                connection,
                $"""
                create schema {Replaced};
                {string.Concat(Tables.Select(table => $"alter table views.{table} set schema {Replaced}; alter table {Copy}.{table} set schema views; "))}
                {string.Concat(Tables.Select(table => $"grant select, insert, update, delete on views.{table} to {login}; "))}
                grant usage on all sequences in schema views to {login};
                """,
                ct);
            await transaction.CommitAsync(ct);
            return true;
        }
        catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            return false;
        }
    }

    private static async Task Drop(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var login = Migrations.Login(Copy);
        await Execute(
            connection,
            $"""
            drop schema if exists {Replaced} cascade;
            drop schema if exists {Copy} cascade;
            delete from public.migrations where schema = '{Copy}';
            do $$ begin
                if exists (select from pg_roles where rolname = '{login}') then
                    drop owned by {login};
                    drop role {login};
                end if;
            end $$;
            """,
            ct);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
