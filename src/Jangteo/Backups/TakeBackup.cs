using System.Diagnostics;
using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Backups;

/// <summary>
/// Makes a backup of every database of the market as they are at one moment, beside the program that runs. Each database exports a snapshot
/// while commits are held back in all of them; then the tables are copied from the snapshots, for as long as that takes, and nobody waits.
/// </summary>
internal sealed class TakeBackup(TimeProvider machine, Action<string> say)
{
    private const string Unfinished = ".unfinished";

    /// <summary>A table with more pages than this is copied in several pieces, which can be written at the same time. 256 MB.</summary>
    private const int PagesOfPiece = 32_768;

    /// <summary>What a backup that was killed has left is removed after this.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private const string Tables =
        """
        select n.nspname, c.relname, c.relpages,
            array(select a.attname::text from pg_attribute a
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum)
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1) and c.relkind = 'r'
        order by c.relpages desc, 1, 2
        """;

    private const string Sequences =
        """
        select n.nspname, c.relname
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1) and c.relkind = 'S'
        order by 1, 2
        """;

    private const string Applied =
        "select schema, source || ' ' || number from public.migrations where schema = any($1) order by schema, source, number";

    /// <summary>Makes one in a folder of its own within a folder.</summary>
    /// <param name="into">Made when it is missing; for this account only.</param>
    /// <param name="keep">So many backups are kept in the folder; older ones are removed when this one is whole. Null keeps all.</param>
    /// <param name="atOnce">So many tables are copied at the same time.</param>
    /// <returns>Where it is, and what it holds.</returns>
    public async Task<(string Folder, Backup Backup)> Run(
        MarketDatabases databases, string into, int? keep, int atOnce, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var at = machine.GetUtcNow();
        into = Path.GetFullPath(into);
        if (!Directory.Exists(into))
        {
            HostSystem.Here.MakePrivateFolder(into);
        }

        RemoveAbandoned(into, at);
        var unfinished = Path.Combine(into, Guid.NewGuid().ToString("N") + Unfinished);
        HostSystem.Here.MakePrivateFolder(unfinished);
        var sources = databases.All.Select(database => (Database: database, Source: database.Open())).ToList();
        try
        {
            var seen = await See(sources, ct);
            await using (new Closing(seen.Select(one => one.Snapshot.Connection)))
            {
                at = machine.GetUtcNow();
                var backup = await Copy(seen, unfinished, at, atOnce, databases.IsSplit, ct);
                backup = backup with { Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds, HeldMilliseconds = held.TotalMilliseconds };
                await backup.Write(unfinished, ct);
                var folder = FreeName(into, at);
                Directory.Move(unfinished, folder);
                await Note(databases, at, folder, ct);
                RemoveOld(into, keep);
                return (folder, backup);
            }
        }
        finally
        {
            foreach (var (_, source) in sources)
            {
                await source.DisposeAsync();
            }

            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    /// <summary>The time of the backup; a second one of the same second sorts behind the first.</summary>
    private static string FreeName(string into, DateTimeOffset at)
    {
        var name = Path.Combine(into, at.ToString("yyyy-MM-dd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
        return Enumerable.Range(1, int.MaxValue).Select(
            number => number == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"))
            .First(path => !Directory.Exists(path));
    }

    private TimeSpan held;

    /// <summary>A snapshot of each database, all of one moment.</summary>
    private async Task<List<Seen>> See(List<(MarketDatabase Database, NpgsqlDataSource Source)> sources, CancellationToken ct)
    {
        var seen = new List<Seen>();
        foreach (var (database, source) in sources)
        {
            seen.Add(new Seen(database, source, await Snapshot.Begin(source, [.. database.Schemas], ct)));
        }

        if (seen is [var only])
        {
            // Within one database every snapshot is of one moment.
            await only.Snapshot.Take(ct);
            return seen;
        }

        await using var standstill = await Standstill.Prepare([.. sources.Select(one => one.Source)], ct);
        await standstill.Begin(ct);
        await Task.WhenAll(seen.Select(one => one.Snapshot.Take(ct)));
        held = standstill.Lasts;
        return seen;
    }

    private async Task<Backup> Copy(List<Seen> seen, string folder, DateTimeOffset at, int atOnce, bool isSplit, CancellationToken ct)
    {
        var pieces = new List<Piece>();
        foreach (var one in seen)
        {
            pieces.AddRange(await Pieces(one, ct));
        }

        if (pieces.Count == 0)
        {
            throw new UnavailableException("There is nothing to back up: no database here holds a market.");
        }

        say(
            $"Copying {pieces.Select(piece => (piece.Schema, piece.Table)).Distinct().Count()} tables of {seen.Count} "
                + $"database{(seen.Count == 1 ? "" : "s")} ...");
        var files = new BackupFile[pieces.Count];
        await Parallel.ForEachAsync(
            pieces.Index().OrderByDescending(piece => piece.Item.Pages),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = ct },
            async (piece, inner) => files[piece.Index] = await CopyPiece(piece.Item, folder, inner));
        var schemas = new List<BackupSchema>();
        foreach (var one in seen)
        {
            schemas.AddRange(await Schemas(one, [.. pieces.Zip(files)], ct));
        }

        return new Backup
        {
            Format = Backup.CurrentFormat,
            Program = typeof(TakeBackup).Assembly.GetName().Version!.ToString(3),
            At = at,
            Seconds = 0,
            HeldMilliseconds = 0,
            // Read from the data: whoever makes the backup may have other settings than the market.
            IsSplit = isSplit || await HasHeardByBroker(seen, ct),
            Sandbox = (await Of(seen, Modules.Identity).Query(
                "select exists (select from identity.people where password is null)", row => row.GetBoolean(0), ct))[0],
            Currency = (await Of(seen, Modules.Catalog).Query(
                "select currency from catalog.listings limit 1", row => row.GetString(0), ct)).FirstOrDefault(),
            Kinds = await Kinds(seen, ct),
            Schemas = schemas,
        };
    }

    private static async Task<List<Piece>> Pieces(Seen seen, CancellationToken ct)
    {
        var pieces = new List<Piece>();
        var tables = await seen.Snapshot.Query(
            Tables,
            row => (Schema: row.GetString(0), Table: row.GetString(1), Pages: row.GetInt32(2), Columns: row.GetFieldValue<string[]>(3)),
            ct);
        foreach (var (schema, table, pages, columns) in tables)
        {
            var count = Math.Max(1, (int)Math.Ceiling(pages / (double)PagesOfPiece));
            for (var number = 0; number < count; number++)
            {
                // A row is in one page, as far as the snapshot can see; the last piece has what lies behind the pages that were counted.
                var (first, end) = ((long)number * PagesOfPiece, (long)(number + 1) * PagesOfPiece);
                var where = count == 1 ? ""
                    : number < count - 1 ? $" where ctid >= '({first},0)' and ctid < '({end},0)'"
                    : $" where ctid >= '({first},0)'";
                pieces.Add(new Piece(seen, schema, table, columns, where, number, Math.Min(pages, PagesOfPiece)));
            }
        }

        return pieces;
    }

    private static async Task<BackupFile> CopyPiece(Piece piece, string folder, CancellationToken ct)
    {
        await using var connection = await piece.Seen.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        await using (var follow = new NpgsqlCommand($"set transaction snapshot '{piece.Seen.Snapshot.Id}'", connection))
        {
            await follow.ExecuteNonQueryAsync(ct);
        }

        var columns = Quoted(piece.Columns);
        var what = piece.Where.Length == 0
            ? $"\"{piece.Schema}\".\"{piece.Table}\" ({columns})"
            : $"(select {columns} from \"{piece.Schema}\".\"{piece.Table}\"{piece.Where})";
        using var rows = await connection.BeginTextExportAsync($"copy {what} to stdout", ct);
        return await CopiedFile.Write(
            ((StreamReader)rows).BaseStream, folder, $"{piece.Schema}.{piece.Table}.{piece.Number}{CopiedFile.Extension}", ct);
    }

    public static string Quoted(IEnumerable<string> columns) => string.Join(", ", columns.Select(column => $"\"{column}\""));

    private static async Task<List<BackupSchema>> Schemas(
        Seen seen, IReadOnlyList<(Piece Piece, BackupFile File)> copied, CancellationToken ct)
    {
        string[] names = [.. seen.Database.Schemas];
        var migrations = await seen.Snapshot.Query(Applied, row => (Schema: row.GetString(0), Migration: row.GetString(1)), ct, names);
        var applied = migrations.ToLookup(one => one.Schema, one => one.Migration);
        var sequences = await seen.Snapshot.Query(Sequences, row => (Schema: row.GetString(0), Name: row.GetString(1)), ct, names);
        var values = new List<(string Schema, BackupSequence Sequence)>();
        foreach (var (schema, name) in sequences)
        {
            // A sequence is of no snapshot. It is read after, so that it is as far as its table at least.
            values.AddRange(await seen.Snapshot.Query(
                $"select last_value, is_called from \"{schema}\".\"{name}\"",
                row => (schema, new BackupSequence(name, row.GetInt64(0), row.GetBoolean(1))), ct));
        }

        return
        [
            .. names.Order(StringComparer.Ordinal).Where(name => applied[name].Any()).Select(name => new BackupSchema(
                name, [.. applied[name]],
                [.. copied.Where(one => one.Piece.Seen == seen && one.Piece.Schema == name).GroupBy(one => one.Piece.Table)
                    .OrderBy(table => table.Key, StringComparer.Ordinal)
                    .Select(table => new BackupTable(
                        table.Key, table.First().Piece.Columns, [.. table.OrderBy(one => one.Piece.Number).Select(one => one.File)]))],
                [.. values.Where(value => value.Schema == name).Select(value => value.Sequence)])),
        ];
    }

    private static Snapshot Of(IEnumerable<Seen> seen, string schema) => seen.First(one => one.Database.Schemas.Contains(schema)).Snapshot;

    /// <summary>A place in a log has an epoch where the messages came by RabbitMQ.</summary>
    private static async Task<bool> HasHeardByBroker(IReadOnlyList<Seen> seen, CancellationToken ct)
    {
        foreach (var module in Modules.All)
        {
            var epochs = await Of(seen, module).Query($"select count(epoch) from {module}.reading", row => row.GetInt64(0), ct);
            if (epochs[0] > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<IReadOnlyList<string>> Kinds(IEnumerable<Seen> seen, CancellationToken ct) =>
        await Of(seen, Modules.Trading).Query(
            "select kind || ' ' || version from trading.kind_versions order by kind, version", row => row.GetString(0), ct);

    /// <summary>Notes in the market that it was backed up, for <c>doctor</c> and for the figure of its age.</summary>
    public static async Task Note(MarketDatabases databases, DateTimeOffset at, string folder, CancellationToken ct)
    {
        await using var source = databases.Of(Hosting.Common).Open();
        await using var command = source.CreateCommand($"update {Hosting.Common}.last_backup set at = $1, folder = $2");
        command.Parameters.AddWithValue(at);
        command.Parameters.AddWithValue(folder);
        await command.ExecuteNonQueryAsync(ct);
    }

    private void RemoveOld(string into, int? keep)
    {
        foreach (var old in Backup.In(into).Skip(keep ?? int.MaxValue))
        {
            Directory.Delete(old, recursive: true);
            say($"Removed {old}.");
        }
    }

    private static void RemoveAbandoned(string into, DateTimeOffset now)
    {
        var unfinished = Directory.GetDirectories(into, "*" + Unfinished);
        foreach (var left in unfinished.Where(left => now - Directory.GetLastWriteTimeUtc(left) > Abandoned))
        {
            Directory.Delete(left, recursive: true);
        }
    }

    /// <summary>A database as it was at one moment.</summary>
    private sealed record Seen(MarketDatabase Database, NpgsqlDataSource Source, Snapshot Snapshot);

    /// <summary>Part of a table, or all of it.</summary>
    private sealed record Piece(Seen Seen, string Schema, string Table, string[] Columns, string Where, int Number, int Pages);

    private sealed class Closing(IEnumerable<NpgsqlConnection> connections) : IAsyncDisposable
    {
        private readonly List<NpgsqlConnection> connections = [.. connections];

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
