using System.Diagnostics;
using System.Globalization;
using Jangteo.Backups;
using Jangteo.Between;
using Jangteo.Platform;
using Npgsql;

namespace Jangteo.Checkup;

/// <summary>Whether a database can be used, loses nothing, is of this release, and has a clock that agrees with ours.</summary>
internal static class LookAtDatabase
{
    private const int OldestServer = 150_000;
    private const double MostConnections = 0.8;

    private const string Facts =
        """
        select current_setting('server_version'), current_setting('server_version_num')::integer,
            current_setting('synchronous_commit'), pg_database_size(current_database()),
            (select count(*) from pg_stat_activity where backend_type = 'client backend'), current_setting('max_connections')::integer,
            to_regclass('public.migrations') is not null, to_regclass('public.restoring') is not null
        """;

    /// <param name="database">Its schemas are those that are expected there.</param>
    public static async Task<IReadOnlyList<Finding>> Look(MarketDatabase database, TimeProvider machine, CancellationToken ct)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(database.Admin);
            return [.. await LookInto(database, source, ct), await Clock(database, source, machine, ct)];
        }
        catch (SettingsException forgetful)
        {
            return [Finding.Wrong("database", string.Join(Environment.NewLine, forgetful.Mistakes))];
        }
        catch (NpgsqlException fault)
        {
            return
            [
                Finding.Wrong("database", $"{database.Name}: {fault.Message}; look at Database in jangteo.yaml and at the server's log"),
            ];
        }
    }

    private static async Task<List<Finding>> LookInto(MarketDatabase database, NpgsqlDataSource source, CancellationToken ct)
    {
        await Durability.RefuseForgetfulDatabase(database.Admin, ct);
        await using var command = source.CreateCommand(Facts);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        var (version, number, commit, size) = (row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetInt64(3));
        var (used, most, hasMigrations, isRestoring) = (row.GetInt64(4), row.GetInt32(5), row.GetBoolean(6), row.GetBoolean(7));
        await row.CloseAsync();
        var says = string.Create(CultureInfo.InvariantCulture, $"{database.Name}: PostgreSQL {version}, {size / 1e6:0} MB");
        var found = new List<Finding>
        {
            number < OldestServer ? Finding.Wrong("database", $"{says}; this release needs 15 or newer")
                : commit == "off"
                ? Finding.Warning("database", $"{says}; synchronous_commit is off for other programs, the market switches it on for itself")
                : Finding.Well("database", says),
        };
        if (isRestoring)
        {
            found.Add(Finding.Wrong(
                "database",
                $"{database.Name}: a restore was begun here and has not ended; run 'jangteo restore' again, or 'jangteo restore --undo'"));
        }

        if (used > most * MostConnections)
        {
            found.Add(Finding.Warning(
                "database", $"{database.Name}: {used} of {most} connections are taken; raise max_connections, or run fewer processes"));
        }

        found.AddRange(hasMigrations
            ? await Migrations(database, source, ct)
            : [Finding.Well("migrations", $"{database.Name}: empty, the first start fills it")]);
        return found;
    }

    private static async Task<IReadOnlyList<Finding>> Migrations(MarketDatabase database, NpgsqlDataSource source, CancellationToken ct)
    {
        var applied = new HashSet<string>();
        await using var command = source.CreateCommand(
            "select schema || ' ' || source || ' ' || number from public.migrations where schema = any($1)");
        command.Parameters.AddWithValue(database.Schemas.ToArray());
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            applied.Add(row.GetString(0));
        }

        var known = MarketDatabases.Schemas.Where(one => database.Schemas.Contains(one.Schema))
            .SelectMany(one => one.Migrations.Select(migration => $"{one.Schema} {migration.Source} {migration.Number}")).ToHashSet();
        var (unknown, missing) = (applied.Except(known).ToList(), known.Except(applied).ToList());
        return unknown.Count > 0
            ? [Finding.Warning("migrations", $"{database.Name}: a later release has added {unknown.Count}, such as {unknown[0]}; upgrade")]
            : missing.Count > 0
                ? [Finding.Warning("migrations", $"{database.Name}: the next start applies {missing.Count}, such as {missing[0]}; back up")]
                : [Finding.Well("migrations", $"{database.Name}: all {known.Count} are applied")];
    }

    private static async Task<Finding> Clock(MarketDatabase database, NpgsqlDataSource source, TimeProvider machine, CancellationToken ct)
    {
        await using var command = source.CreateCommand("select clock_timestamp()");
        var (asked, before) = (Stopwatch.GetTimestamp(), machine.GetUtcNow());
        var there = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(ct))!, TimeSpan.Zero);
        var took = Stopwatch.GetElapsedTime(asked);
        return CheckupRules.Clock($"the server of {database.Name}", there - before - (took / 2), took / 2);
    }
}
