using System.Diagnostics;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Backups;

/// <summary>What a restore did.</summary>
/// <param name="UnderWay">Messages that were on their way at the moment of the backup, and are heard after the start.</param>
internal sealed record Restored(Backup Backup, long UnderWay, TimeSpan Took);

/// <summary>What became of a restore that was ended before it was done.</summary>
internal enum Undone
{
    /// <summary>There was none.</summary>
    Nothing,

    /// <summary>Everything is as it was before it.</summary>
    PutBack,

    /// <summary>It had loaded everything, and was finished.</summary>
    Finished,
}

/// <summary>
/// Makes the databases of a market what they were when a backup was made. Nothing of what is there is touched before the backup is known to
/// be whole; then its schemas are renamed, and dropped only when everything has been loaded. A database in which a restore has not ended is
/// refused at every start.
/// </summary>
/// <param name="withoutBroker">The market will have no RabbitMQ, whatever was between its modules.</param>
internal sealed class RestoreBackup(Settings settings, bool withoutBroker, Action<string> say)
{
    /// <summary>Behind the name of a schema while another takes its place.</summary>
    private const string Replaced = "_replaced";

    /// <param name="databases">Where to restore to.</param>
    /// <param name="folder">Of one backup.</param>
    /// <param name="replace">Whether databases that hold a market may be replaced.</param>
    /// <param name="atOnce">So many tables are loaded at the same time.</param>
    /// <exception cref="UnavailableException">It cannot be done; the message says why, and nothing was changed.</exception>
    public async Task<Restored> Run(MarketDatabases databases, string folder, bool replace, int atOnce, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var backup = Backup.Read(folder);
        await RefuseUnfit(backup, databases, folder, ct);
        var sources = databases.All.ToDictionary(database => database, database => database.Open());
        try
        {
            await using var alone = await RestoreLock.Of(sources, ct);
            foreach (var (database, source) in sources)
            {
                await RefuseRunning(database, source, ct);
                await RefuseHolding(database, source, replace, ct);
            }

            await using var broker = await Broker(databases, ct);
            var underWay = 0L;
            try
            {
                await MakeRoom(databases, sources, backup, ct);
                NpgsqlDataSource DatabaseOf(string schema) => sources[databases.Of(schema)];
                await Load(backup, folder, DatabaseOf, atOnce, ct);
                underWay = await new LogsAligned(DatabaseOf).Run(ct);
                foreach (var database in databases.All)
                {
                    // What a later release has added comes after the rows of the earlier one, as in an upgrade.
                    await Migrations.Apply(
                        database.Admin, [.. MarketDatabases.Schemas.Where(one => database.Schemas.Contains(one.Schema))], ct);
                }
            }
            catch
            {
                await PutBack(sources, CancellationToken.None);
                throw;
            }

            await ForgetQueues(databases, broker, ct);
            await MarkLoaded(sources.Values, ct);
            await Finish(sources, ct);
            await TakeBackup.Note(databases, backup.At, Path.GetFullPath(folder), ct);
            return new Restored(backup, underWay, Stopwatch.GetElapsedTime(began));
        }
        finally
        {
            foreach (var source in sources.Values)
            {
                await source.DisposeAsync();
            }
        }
    }

    /// <summary>
    /// Puts back what a restore that was ended before it was done had replaced. One that had loaded everything is finished instead: some
    /// databases may have lost what was there before.
    /// </summary>
    public static async Task<Undone> Undo(MarketDatabases databases, CancellationToken ct)
    {
        var sources = databases.All.ToDictionary(database => database, database => database.Open());
        try
        {
            await using var alone = await RestoreLock.Of(sources, ct);
            return await PutBack(sources, ct);
        }
        finally
        {
            foreach (var source in sources.Values)
            {
                await source.DisposeAsync();
            }
        }
    }

    private async Task RefuseUnfit(Backup backup, MarketDatabases databases, string folder, CancellationToken ct)
    {
        var mistakes = new List<string>();
        if (backup.Sandbox != settings.Sandbox)
        {
            mistakes.Add(backup.Sandbox
                ? "It holds people of a sandbox, and Sandbox is false here."
                : "It is of no sandbox, and Sandbox is true here, where anybody can sign in as anybody: write Sandbox: false.");
        }

        if (backup.IsSplit && !databases.IsPrivate && settings.Broker.Length == 0 && !withoutBroker)
        {
            mistakes.Add(
                "RabbitMQ was between its modules. What is in its queues is of another moment and must be deleted: set Jangteo__Broker. "
                    + "With --without-broker it becomes a market without RabbitMQ.");
        }

        if (backup.Currency is not null && backup.Currency != settings.Currency)
        {
            mistakes.Add($"Its amounts are in {backup.Currency}, and Currency is {settings.Currency} here.");
        }

        var known = MarketDatabases.Schemas.ToDictionary(one => one.Schema, one => one.Migrations.Select(NameOf).ToHashSet());
        var unknown = backup.Schemas.SelectMany(
            schema => schema.Migrations.Where(migration => !known.GetValueOrDefault(schema.Name, []).Contains(migration))
                .Select(migration => $"{schema.Name}: {migration}")).ToList();
        if (unknown.Count > 0)
        {
            mistakes.Add(
                $"It was made by a later release ({backup.Program}) with migrations that this one lacks "
                    + $"({string.Join(", ", unknown.Take(3))}): restore it with that release.");
        }

        if (mistakes.Count == 0)
        {
            say($"Checking {backup.Files.Count()} files ...");
            mistakes.AddRange(await backup.Verify(folder, ct));
        }

        if (mistakes.Count > 0)
        {
            throw new UnavailableException(
                $"The backup {folder} cannot be restored here, and nothing was changed.{Environment.NewLine}"
                    + string.Join(Environment.NewLine, mistakes));
        }
    }

    private static async Task RefuseRunning(MarketDatabase database, NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'jangteo %'");
        if ((long)(await command.ExecuteScalarAsync(ct))! > 0)
        {
            throw new UnavailableException(
                $"The market runs: {database.Name} has its connections. Stop every process of it, then restore.");
        }
    }

    /// <summary>A market in which nothing has happened may be replaced: a program that was started once has made its tables.</summary>
    private static async Task RefuseHolding(MarketDatabase database, NpgsqlDataSource source, bool replace, CancellationToken ct)
    {
        if (replace || await IsRestoring(source, ct))
        {
            return;
        }

        string[] tables = [.. new[] { "trading.trades", "payments.journals" }
            .Where(table => database.Schemas.Contains(table.Split('.')[0]))];
        if (database.Schemas.Contains(Modules.Identity))
        {
            // Those of the sandbox are there from the start; they have no password.
            tables = [.. tables, "identity.people where password is not null"];
        }

        foreach (var table in tables)
        {
            await using var there = source.CreateCommand($"select to_regclass('{table.Split(' ')[0]}') is not null");
            if (!(bool)(await there.ExecuteScalarAsync(ct))!)
            {
                continue;
            }

            await using var command = source.CreateCommand($"select exists (select from {table})");
            if ((bool)(await command.ExecuteScalarAsync(ct))!)
            {
                throw new UnavailableException(
                    $"{database.Name} holds a market ({table.Split(' ')[0]} has rows), and nothing was changed. With --replace it is "
                        + "replaced by the backup; back it up before.");
            }
        }
    }

    private static async Task<bool> IsRestoring(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"select to_regclass('{Database.Restoring}') is not null");
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task MakeRoom(
        MarketDatabases databases, Dictionary<MarketDatabase, NpgsqlDataSource> sources, Backup backup, CancellationToken ct)
    {
        // What a restore that was killed had loaded goes; what it had replaced is what is replaced now.
        await PutBack(sources, ct);
        foreach (var database in databases.All)
        {
            await SetAside(database, sources[database], ct);
            var schemas = MarketDatabases.Schemas.Where(one => database.Schemas.Contains(one.Schema)).Select(one => Until(one, backup));
            await Migrations.Apply(database.Admin, [.. schemas], ct);
        }
    }

    /// <summary>Gives the schemas that are there other names, and has the program refuse to start on what takes their place.</summary>
    private static async Task SetAside(MarketDatabase database, NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await Execute(
            connection,
            $"""
            create table {Database.Restoring} (loaded_at timestamptz not null default now());
            create table if not exists public.migrations (
                schema text, source text, number integer, applied_at timestamptz not null default now(),
                primary key (schema, source, number));
            """,
            ct);
        foreach (var schema in database.Schemas)
        {
            if (await Exists(connection, schema, ct))
            {
                await Execute(
                    connection,
                    $"""
                    drop schema if exists {schema}{Replaced} cascade;
                    alter schema {schema} rename to {schema}{Replaced};
                    update public.migrations set schema = '{schema}{Replaced}' where schema = '{schema}';
                    """,
                    ct);
            }
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>
    /// Where a restore has begun and not ended, everything is as it was before it; where it had loaded everything, it is finished.
    /// </summary>
    private static async Task<Undone> PutBack(Dictionary<MarketDatabase, NpgsqlDataSource> sources, CancellationToken ct)
    {
        var begun = new Dictionary<MarketDatabase, NpgsqlDataSource>();
        var areLoaded = true;
        foreach (var (database, source) in sources)
        {
            if (await IsRestoring(source, ct))
            {
                begun[database] = source;
                areLoaded &= await IsLoaded(source, ct);
            }
        }

        if (begun.Count == 0)
        {
            return Undone.Nothing;
        }

        if (areLoaded)
        {
            await Finish(begun, ct);
            return Undone.Finished;
        }

        foreach (var (database, source) in begun)
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            foreach (var schema in database.Schemas)
            {
                await Execute(
                    connection, $"drop schema if exists {schema} cascade; delete from public.migrations where schema = '{schema}'", ct);
                if (await Exists(connection, schema + Replaced, ct))
                {
                    await Execute(
                        connection,
                        $"""
                        alter schema {schema}{Replaced} rename to {schema};
                        update public.migrations set schema = '{schema}' where schema = '{schema}{Replaced}';
                        """,
                        ct);
                }
            }

            await Execute(connection, $"drop table {Database.Restoring}", ct);
            await transaction.CommitAsync(ct);
        }

        return Undone.PutBack;
    }

    private static async Task<bool> Exists(NpgsqlConnection connection, string schema, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"select to_regnamespace('{schema}') is not null", connection);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static (string Schema, IReadOnlyList<Migration> Migrations) Until(
        (string Schema, IReadOnlyList<Migration> Migrations) known, Backup backup)
    {
        var applied = backup.Schemas.FirstOrDefault(schema => schema.Name == known.Schema)?.Migrations ?? [];
        return (known.Schema, [.. known.Migrations.Where(migration => applied.Contains(NameOf(migration)))]);
    }

    private static string NameOf(Migration migration) => $"{migration.Source} {migration.Number}";

    private async Task Load(Backup backup, string folder, Func<string, NpgsqlDataSource> databaseOf, int atOnce, CancellationToken ct)
    {
        say($"Loading {backup.Rows:N0} rows of {backup.Schemas.Sum(schema => schema.Tables.Count)} tables ...");
        var references = new List<(string Schema, string Drop, string Add)>();
        foreach (var schema in backup.Schemas)
        {
            references.AddRange(await References(databaseOf(schema.Name), schema.Name, ct));
        }

        foreach (var reference in references)
        {
            await Execute(databaseOf(reference.Schema), reference.Drop, ct);
        }

        var tables = backup.Schemas.SelectMany(schema => schema.Tables.Select(table => (Schema: schema.Name, Table: table)))
            .OrderByDescending(one => one.Table.Files.Sum(file => file.Bytes));
        await Parallel.ForEachAsync(
            tables, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = ct },
            async (one, inner) => await LoadTable.Run(databaseOf(one.Schema), folder, one.Schema, one.Table, inner));
        foreach (var reference in references)
        {
            await Execute(databaseOf(reference.Schema), reference.Add, ct);
        }

        foreach (var schema in backup.Schemas)
        {
            foreach (var sequence in schema.Sequences)
            {
                await Execute(
                    databaseOf(schema.Name),
                    $"select setval('{schema.Name}.{sequence.Name}', {sequence.Last}, {(sequence.IsCalled ? "true" : "false")})", ct);
            }
        }
    }

    /// <summary>Foreign keys, which are dropped while their tables are loaded in any order, and checked when they are made again.</summary>
    private static async Task<List<(string Schema, string Drop, string Add)>> References(
        NpgsqlDataSource source, string schema, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            select format('alter table %s drop constraint %I', conrelid::regclass, conname),
                   format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            from pg_constraint
            where contype = 'f' and connamespace = $1::regnamespace
            """);
        command.Parameters.AddWithValue(schema);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var references = new List<(string, string, string)>();
        while (await reader.ReadAsync(ct))
        {
            references.Add((schema, reader.GetString(0), reader.GetString(1)));
        }

        return references;
    }

    /// <summary>Notes in every database that all of them are loaded. Only then may any of them lose what was there before.</summary>
    private static async Task MarkLoaded(IEnumerable<NpgsqlDataSource> sources, CancellationToken ct)
    {
        foreach (var source in sources)
        {
            await Execute(source, $"insert into {Database.Restoring} default values", ct);
        }
    }

    private static async Task<bool> IsLoaded(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"select exists (select from {Database.Restoring})");
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Drops what was replaced and lets the program start again.</summary>
    private static async Task Finish(Dictionary<MarketDatabase, NpgsqlDataSource> sources, CancellationToken ct)
    {
        foreach (var (database, source) in sources)
        {
            var drops = string.Concat(database.Schemas.Select(
                schema =>
                    $"drop schema if exists {schema}{Replaced} cascade; delete from public.migrations where schema = '{schema}{Replaced}'; "));
            await Execute(source, $"begin; {drops}drop table {Database.Restoring}; commit", ct);
        }
    }

    /// <summary>The broker of the settings, which must be there before anything is changed; null where there is none.</summary>
    private async Task<BrokerConnection?> Broker(MarketDatabases databases, CancellationToken ct)
    {
        if (!databases.IsSplit || settings.Broker.Length == 0)
        {
            return null;
        }

        var broker = new BrokerConnection(settings.Broker, settings.BrokerTls);
        var isUsable = false;
        try
        {
            var heard = (await Queues.Look(await broker.Open(ct), Modules.All, ct)).FirstOrDefault(queue => queue.Heard > 0);
            isUsable = heard.Queue is null;
            return isUsable ? broker : throw new UnavailableException(
                $"The market runs: some process hears the queue {heard.Queue}. Stop every process of it, then restore.");
        }
        catch (Exception away) when (BrokerConnection.IsAway(away, ct))
        {
            throw new UnavailableException(
                $"RabbitMQ cannot be reached ({away.Message}), and nothing was changed. Its queues are of another moment than the backup "
                    + "and have to be deleted.", away);
        }
        finally
        {
            if (!isUsable)
            {
                await broker.DisposeAsync();
            }
        }
    }

    /// <summary>Deletes our queues: what is in them is of another moment. The senders send again what has to be heard.</summary>
    private async Task ForgetQueues(MarketDatabases databases, BrokerConnection? broker, CancellationToken ct)
    {
        if (broker is not null)
        {
            await Queues.Forget(await broker.Open(ct), Modules.All, ct);
        }
        else if (databases.IsSplit && OperatingSystem.IsLinux())
        {
            await PrivateBroker.Forget(settings.DataFolder, say, ct);
        }
    }

    private static async Task Execute(NpgsqlDataSource source, string sql, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await Execute(connection, sql, ct);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
