using Npgsql;

namespace Jangteo.Backups;

/// <summary>A transaction that sees one moment of a database and lends that to others, for as long as its connection is open.</summary>
internal sealed class Snapshot
{
    private readonly string[] schemas;

    private Snapshot(NpgsqlConnection connection, string[] schemas) => (Connection, this.schemas) = (connection, schemas);

    public NpgsqlConnection Connection { get; }

    /// <summary>For <c>set transaction snapshot</c>.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Begins the transaction. It sees nothing yet: the first statement decides which moment that is.</summary>
    public static async Task<Snapshot> Begin(NpgsqlDataSource source, string[] schemas, CancellationToken ct)
    {
        var connection = await source.OpenConnectionAsync(ct);
        try
        {
            await using var command = new NpgsqlCommand("begin isolation level repeatable read read only", connection);
            await command.ExecuteScalarAsync(ct);
            return new Snapshot(connection, schemas);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes it see this moment.</summary>
    public async Task Take(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_export_snapshot()", Connection);
        Id = (string)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The rows of a statement as of that moment. <c>$1</c> is the names of our schemas, or what is given.</summary>
    public async Task<List<T>> Query<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, object? value = null)
    {
        await using var command = new NpgsqlCommand(sql, Connection);
        if (sql.Contains("$1", StringComparison.Ordinal))
        {
            command.Parameters.AddWithValue(value ?? schemas);
        }

        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
