using Npgsql;

namespace Jangteo.Backups;

/// <summary>
/// Loads one table in a transaction of its own: without its indexes, which are faster made of all rows at once, and without its triggers,
/// which have had their effect already.
/// </summary>
internal static class LoadTable
{
    private const string Parts =
        """
        select 'constraint', con.conname, pg_get_constraintdef(con.oid)
        from pg_constraint con
        where con.conrelid = $1::regclass and con.contype in ('p', 'u', 'x')
        union all
        select 'index', c.relname, pg_get_indexdef(i.indexrelid)
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        where i.indrelid = $1::regclass
            and not exists (select from pg_constraint con where con.conindid = i.indexrelid and con.conrelid = i.indrelid)
        order by 1, 2
        """;

    public static async Task Run(NpgsqlDataSource source, string folder, string schema, BackupTable table, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var name = $"\"{schema}\".\"{table.Name}\"";
        var parts = new List<(string Sort, string Name, string Definition)>();
        await using (var command = new NpgsqlCommand(Parts, connection))
        {
            command.Parameters.AddWithValue(name);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                parts.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
            }
        }

        await using var transaction = await connection.BeginTransactionAsync(ct);
        var without = parts.Select(part => part.Sort == "constraint"
            ? $"alter table {name} drop constraint \"{part.Name}\"; "
            : $"drop index \"{schema}\".\"{part.Name}\"; ");
        await Execute(connection, $"alter table {name} disable trigger user; {string.Concat(without)}truncate {name}", ct);
        foreach (var file in table.Files)
        {
            await using var rows = await connection.BeginTextImportAsync(
                $"copy {name} ({TakeBackup.Quoted(table.Columns)}) from stdin with (freeze)", ct);
            await CopiedFile.Read(Path.Combine(folder, file.Name), ((StreamWriter)rows).BaseStream, ct);
        }

        var with = parts.Select(part => part.Sort == "constraint"
            ? $"alter table {name} add constraint \"{part.Name}\" {part.Definition}; "
            : $"{part.Definition}; ");
        await Execute(connection, $"{string.Concat(with)}alter table {name} enable trigger user; analyze {name}", ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
