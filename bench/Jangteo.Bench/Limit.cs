using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace Jangteo.Bench;

/// <param name="Rows">Rows written per trade by hand.</param>
/// <param name="Commits">Transactions committed per trade by hand.</param>
/// <param name="Differs">The larger of the two differences from the program, as a share.</param>
internal sealed record LimitResult(double PerSecond, double Rows, double Commits, double Differs);

/// <summary>
/// What the same server does when nobody but pgbench asks: per trade the same rows in the same tables (copies with their indexes and checks), in as many
/// transactions, one per step as the modules make them, prepared, statement by statement. Fractions (a batch shares one commit) come by chance. Triggers and
/// foreign keys do not run, which is in favour of the limit.
/// </summary>
internal static partial class Limit
{
    private const string Database = "jangteo_limit";

    /// <summary>Rows that stand in each table beforehand, for updates of what a trade did not make itself.</summary>
    private const int Standing = 5000;

    private const double Rare = 0.005;

    public static async Task<LimitResult> Measure(ServerUnderTest server, Costs costs, int clients, int seconds, CancellationToken ct)
    {
        var tables = await CopyTables(server.Admin, costs, ct);
        var script = Script(tables, costs);
        var file = Path.Combine(Path.GetTempPath(), $"jangteo-limit-{Environment.ProcessId}.sql");
        await File.WriteAllTextAsync(file, script, ct);
        try
        {
            var limit = ConnectionTo(server.Admin);
            var before = await Read(limit, ct);
            var (perSecond, played) = await RunPgbench(limit, file, clients, seconds, ct);
            await server.SettleStatistics(ct);
            var after = await Read(limit, ct);
            var rows = (after.Rows - before.Rows) / played;
            var commits = (after.Commits - before.Commits) / played;
            return new LimitResult(perSecond, rows, commits, Math.Max(Math.Abs((rows / costs.RowsPerTrade) - 1), Math.Abs((commits / costs.CommitsPerTrade) - 1)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Each table that the program writes, with one of its rows as the pattern of new ones.</summary>
    private static async Task<List<Table>> CopyTables(string admin, Costs costs, CancellationToken ct)
    {
        await using (var source = NpgsqlDataSource.Create(admin))
        {
            await using var drop = source.CreateCommand($"drop database if exists {Database}");
            await drop.ExecuteNonQueryAsync(ct);
        }

        var limit = ConnectionTo(admin);
        await using (var maintenance = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(admin) { Database = "postgres" }.ConnectionString))
        {
            await using var create = maintenance.CreateCommand($"create database {Database}");
            await create.ExecuteNonQueryAsync(ct);
        }

        await Copy(admin, limit, ct);
        await using var data = NpgsqlDataSource.Create(limit);
        var tables = new List<Table>();
        foreach (var (name, wrote) in costs.Tables.Where(table => table.Value.Total > Rare).OrderBy(table => table.Key))
        {
            if (await Describe(data, name, wrote, ct) is { } table)
            {
                tables.Add(table);
                await Fill(data, table, ct);
            }
        }

        return tables;
    }

    /// <summary>The schema and the data as the program left them: the same indexes, checks and triggers, at the same size.</summary>
    private static async Task Copy(string from, string to, CancellationToken ct)
    {
        var (source, target) = (new NpgsqlConnectionStringBuilder(from), new NpgsqlConnectionStringBuilder(to));
        await Shell($"pg_dump -h '{source.Host}' -U '{source.Username}' -p {source.Port} '{source.Database}' | psql -q -h '{target.Host}' -U '{target.Username}' -p {target.Port} '{target.Database}' >/dev/null", ct);
    }

    private static async Task<Table?> Describe(NpgsqlDataSource data, string name, Wrote wrote, CancellationToken ct)
    {
        var columns = new List<Column>();
        await using (var command = data.CreateCommand(
            """
            select a.attname, format_type(a.atttypid, a.atttypmod), a.attidentity <> '' or a.attgenerated <> '',
                   coalesce((select bool_or(i.indisprimary and a.attnum = any(i.indkey)) from pg_index i where i.indrelid = a.attrelid), false),
                   coalesce((select bool_or(i.indisunique and a.attnum = any(i.indkey)) from pg_index i where i.indrelid = a.attrelid), false)
            from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
            """))
        {
            command.Parameters.AddWithValue(name);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                columns.Add(new Column(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4)));
            }
        }

        // A typical row: one of the last, since the first may be of the beginning.
        var selected = string.Join(", ", columns.Select(column => $"quote_nullable({column.Name}::text)"));
        await using var sample = data.CreateCommand($"select {selected} from {name} order by ctid desc limit 1");
        await using var row = await sample.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new Table(name, wrote, [.. columns.Select((column, index) => column with { Sample = row.GetString(index) })])
            : null;
    }

    private static async Task Fill(NpgsqlDataSource data, Table table, CancellationToken ct)
    {
        if (!table.HasKey)
        {
            return;
        }

        await using var off = data.CreateCommand($"set session_replication_role = replica; insert into {table.Name} ({table.InsertColumns}) select {table.InsertValues("n")} from generate_series(1, {Standing}) n on conflict do nothing; set session_replication_role = origin");
        await off.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The script of one trade.</summary>
    private static string Script(List<Table> tables, Costs costs)
    {
        var script = new StringBuilder();
        script.AppendLine(CultureInfo.InvariantCulture, $"\\set standing random(1, {Standing})");
        var statements = new List<(double Chance, string Sql, string Schema)>();
        var number = 0;
        foreach (var table in tables)
        {
            var (whole, keys) = ((int)Math.Ceiling(Math.Max(table.Wrote.Inserted, 0) - Rare), new List<string>());
            for (var index = 0; index < whole; index++)
            {
                var key = $"k{++number}";
                keys.Add(key);
                script.AppendLine(CultureInfo.InvariantCulture, $"\\set {key} random({Standing + 1}, 1000000000000)");
                statements.Add((Math.Min(1, table.Wrote.Inserted - index), $"insert into {table.Name} ({table.InsertColumns}) values ({table.InsertValues(":" + key)});", table.Schema));
            }

            var target = 0;
            foreach (var (count, verb) in new[] { (table.Wrote.Updated, "update"), (table.Wrote.Deleted, "delete") })
            {
                for (var left = count; left > Rare; left--)
                {
                    // What the trade itself has made, where it made one for certain and knows its key; else one that stands there.
                    var key = table.KeyIsGenerated ? ":standing" : target < keys.Count && table.Wrote.Inserted >= target + 0.99 ? ":" + keys[target++] : table.Wrote.Inserted >= 0.99 && verb == "update" ? ":" + keys[0] : ":standing";
                    statements.Add((Math.Min(1, left), verb == "update" ? table.Update(key) : $"delete from {table.Name} where {table.Where(key)};", table.Schema));
                }
            }
        }

        // As many transactions as commits, each with the rows of one module, in proportion to the rows the module writes.
        var modules = statements.GroupBy(statement => statement.Schema).ToList();
        var all = statements.Sum(statement => statement.Chance);
        var transactions = modules.Select(module => (Rows: module.ToList(), Share: Math.Max(1, costs.CommitsPerTrade * module.Sum(statement => statement.Chance) / all))).ToList();
        var scale = costs.CommitsPerTrade / transactions.Sum(transaction => transaction.Share);
        foreach (var (rows, share) in transactions)
        {
            AppendModule(script, rows, share * scale);
        }

        return script.ToString();
    }

    private static void AppendModule(StringBuilder script, List<(double Chance, string Sql, string Schema)> rows, double commits)
    {
        var steps = Math.Max(1, (int)Math.Round(commits));
        for (var step = 0; step < steps; step++)
        {
            var (from, to) = (rows.Count * step / steps, rows.Count * (step + 1) / steps);
            script.AppendLine("begin;");
            foreach (var (likely, sql, _) in rows[from..to])
            {
                if (likely < 1 - Rare)
                {
                    script.AppendLine("\\set dice random(1, 1000000)");
                    script.AppendLine(CultureInfo.InvariantCulture, $"\\if :dice <= {(int)(likely * 1_000_000)}");
                    script.AppendLine(sql);
                    script.AppendLine("\\endif");
                }
                else
                {
                    script.AppendLine(sql);
                }
            }

            script.AppendLine("commit;");
        }
    }

    private static async Task<(double PerSecond, double Played)> RunPgbench(string connection, string file, int clients, int seconds, CancellationToken ct)
    {
        var to = new NpgsqlConnectionStringBuilder(connection);
        var printed = await Shell($"PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -1) PGOPTIONS='-c session_replication_role=replica' pgbench -n -M prepared -c {clients} -j 2 -T {seconds} -f '{file}' -h '{to.Host}' -U '{to.Username}' -p {to.Port} '{to.Database}' 2>&1", ct);
        var rate = Rate().Match(printed);
        var count = Count().Match(printed);
        return rate.Success && count.Success
            ? (double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(count.Groups[1].Value, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"pgbench did not run:{Environment.NewLine}{printed}");
    }

    private static async Task<(double Rows, double Commits)> Read(string connection, CancellationToken ct)
    {
        await using var data = NpgsqlDataSource.Create(connection);
        await using var command = data.CreateCommand(
            "select (select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables)::float8, (select xact_commit from pg_stat_database where datname = current_database())::float8");
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetDouble(0), reader.GetDouble(1));
    }

    private static string ConnectionTo(string admin) => new NpgsqlConnectionStringBuilder(admin) { Database = Database }.ConnectionString;

    private static async Task<string> Shell(string command, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", $"set -o pipefail; {command}"]) { RedirectStandardOutput = true })!;
        var printed = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0 ? printed : throw new InvalidOperationException($"It failed: {command}{Environment.NewLine}{printed}");
    }

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"number of transactions actually processed: (\d+)")]
    private static partial Regex Count();

    /// <param name="Sample">The value of a typical row, as an SQL literal.</param>
    private sealed record Column(string Name, string Type, bool IsGenerated, bool IsKey, bool IsUnique, string Sample = "null");

    private sealed record Table(string Name, Wrote Wrote, Column[] Columns)
    {
        public string Schema => Name.Split('.')[0];

        /// <summary>A key that can be computed from a number: one row by name, for updates and deletes.</summary>
        public bool HasKey => Columns.Any(column => column.IsKey && (column.Type is "uuid" or "text" or "bigint" || (column.IsGenerated && column.Type is "integer")));

        public bool KeyIsGenerated => Columns.Any(column => column.IsKey && column.IsGenerated);

        public string InsertColumns => string.Join(", ", Columns.Where(column => !column.IsGenerated).Select(column => column.Name));

        public string InsertValues(string number) => string.Join(", ", Columns.Where(column => !column.IsGenerated).Select(column => Value(column, number)));

        public string Where(string number) =>
            HasKey ? string.Join(" and ", Columns.Where(column => column.IsKey).Select(column => column.IsGenerated ? $"{column.Name} = {number}" : $"{column.Name} = {Value(column, number)}"))
            : string.Join(" and ", Columns.Where(column => column.IsKey).Select(column => $"{column.Name} = {Value(column, number)}").DefaultIfEmpty("true"));

        /// <summary>Writes a new version of a row, without changing what is indexed.</summary>
        public string Update(string number)
        {
            var written = Columns.FirstOrDefault(column => !column.IsKey && !column.IsUnique) ?? Columns[^1];
            return $"update {Name} set {written.Name} = {written.Name} where {Where(number)};";
        }

        private bool KeyHasId => Columns.Any(column => column.IsKey && column.Type == "uuid");

        private string Value(Column column, string number) => column switch
        {
            { IsUnique: true, Type: "text" } when !column.IsKey || !KeyHasId => $"{column.Sample.Replace(':', '=')}::text || {number}::bigint",
            { IsUnique: true, Type: "uuid" } => $"('00000000-0000-4000-8000-' || lpad(to_hex({number}::bigint), 12, '0'))::uuid",
            { IsUnique: true, Type: "bigint" } => $"{number}::bigint",
            { Type: "jsonb" or "json" } => $"to_jsonb(repeat('x', {column.Sample.Length}))::{column.Type}",
            _ when column.Sample != "null" && column.Type.StartsWith("timestamp", StringComparison.Ordinal) => "now()",
            // A colon would be one of pgbench's variables, also within a text.
            _ => $"{column.Sample.Replace(':', '=')}::{column.Type}",
        };
    }
}
