using Jangteo.Platform.Postgres;
using Jangteo.Tests.Beds;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestPostgres))]

namespace Jangteo.Tests.Beds;

/// <summary>One private PostgreSQL for all tests of a run that want a database of their own; started by the first that asks.</summary>
public sealed class TestPostgres : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("jangteo-test-").FullName;
    private readonly Lazy<Task<PrivatePostgres>> server;
    private int databases;

    public TestPostgres()
    {
        // Others may pass through it, else a test run by root would put its database under the system's state directory.
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        server = new Lazy<Task<PrivatePostgres>>(() => PrivatePostgres.Start(folder));
    }

    /// <summary>An empty database, as a connection string of its administrator.</summary>
    public async Task<string> NewDatabase()
    {
        var postgres = await server.Value;
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await using var source = NpgsqlDataSource.Create(postgres.AdminConnectionString);
        await using var create = source.CreateCommand($"create database {name}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString) { Database = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (server.IsValueCreated)
        {
            await (await server.Value).DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }
}
