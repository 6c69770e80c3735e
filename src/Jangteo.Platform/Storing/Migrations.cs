using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Npgsql;

namespace Jangteo.Platform.Storing;

/// <summary>A numbered <c>.sql</c> file embedded in an assembly.</summary>
public sealed record Migration(string Source, int Number, string Title, string Text);

/// <summary>Brings schemas up to date at start, under an advisory lock, adding only: a schema, a login that sees nothing else, and the numbered files in order.</summary>
public static partial class Migrations
{
    private const long Lock = 0x4A414E475445_4F;

    /// <summary>
    /// While a migration waits for a lock on a table, every other session that needs the table queues behind it. So a migration waits for this
    /// long only, then releases its place and tries again. A backup can hold a table for minutes.
    /// </summary>
    private static readonly TimeSpan WaitsForTable = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TriesAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TriesFor = TimeSpan.FromMinutes(30);

    /// <summary>The numbered files of an assembly, by number.</summary>
    public static IEnumerable<Migration> Of(Assembly assembly) =>
        assembly.GetManifestResourceNames()
            .Select(name => (Name: name, Match: FileName().Match(name)))
            .Where(file => file.Match.Success)
            .Select(file => new Migration(
                assembly.GetName().Name!, int.Parse(file.Match.Groups["number"].Value, CultureInfo.InvariantCulture), file.Match.Groups["title"].Value, ReadText(assembly, file.Name)))
            .OrderBy(migration => migration.Number);

    /// <summary>Applies what is missing of each schema.</summary>
    /// <param name="schemas">Schema, and its migrations in order.</param>
    public static async Task Apply(string adminConnection, IReadOnlyList<(string Schema, IReadOnlyList<Migration> Migrations)> schemas, CancellationToken ct)
    {
        // An index of a large table takes as long as it takes, and so does waiting for another process that makes it.
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(adminConnection) { CommandTimeout = 0 });
        await using var connection = await source.OpenConnectionAsync(ct);
        await Execute(connection, $"select pg_advisory_lock({Lock})", ct);
        await Execute(connection, "create table if not exists public.migrations (schema text, source text, number integer, applied_at timestamptz not null default now(), primary key (schema, source, number))", ct);
        var applied = new HashSet<(string, string, int)>();
        await using (var command = new NpgsqlCommand("select schema, source, number from public.migrations", connection))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                applied.Add((reader.GetString(0), reader.GetString(1), reader.GetInt32(2)));
            }
        }

        foreach (var (schema, migrations) in schemas)
        {
            foreach (var migration in migrations.Where(migration => !applied.Contains((schema, migration.Source, migration.Number))))
            {
                var login = Login(schema);
                await ExecuteInTurn(
                    connection,
                    $"""
                    begin;
                    set local lock_timeout = {(int)WaitsForTable.TotalMilliseconds};
                    do $$ begin
                        if not exists (select from pg_roles where rolname = '{login}') then create role {login} login; end if;
                    exception when duplicate_object or unique_violation then
                        null; -- Logins are the server's: whoever prepares another database of it has just made this one.
                    end $$;
                    create schema if not exists {schema};
                    grant usage on schema {schema} to {login};
                    alter default privileges in schema {schema} grant select, insert, update, delete on tables to {login};
                    alter default privileges in schema {schema} grant usage on sequences to {login};
                    set local search_path = {schema}, public;
                    {migration.Text}
                    insert into public.migrations (schema, source, number) values ('{schema}', '{migration.Source}', {migration.Number});
                    commit;
                    """,
                    ct);
            }
        }

        await Execute(connection, $"select pg_advisory_unlock({Lock})", ct);
    }

    /// <summary>The login of a schema.</summary>
    public static string Login(string schema) => "jangteo_" + schema;

    /// <summary>Runs a transaction. If it cannot lock a table in time, it is rolled back and tried again.</summary>
    private static async Task ExecuteInTurn(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await Execute(connection, sql, ct);
                return;
            }
            catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.LockNotAvailable && Stopwatch.GetElapsedTime(began) < TriesFor)
            {
                await Execute(connection, "rollback", ct);
                await Task.Delay(TriesAgainAfter, ct);
            }
        }
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string ReadText(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"Migrations\.(?<number>\d{3})-(?<title>[a-z-]+)\.sql$")]
    private static partial Regex FileName();
}
