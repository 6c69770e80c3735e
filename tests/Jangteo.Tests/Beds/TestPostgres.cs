using System.Collections.Concurrent;
using Jangteo.Platform;
using Jangteo.Platform.Postgres;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestPostgres))]

namespace Jangteo.Tests.Beds;

/// <summary>One private PostgreSQL for all tests of a run that want a database of their own; started by the first that asks.</summary>
public sealed class TestPostgres : IAsyncDisposable
{
    private readonly string folder = TestFolder.New();
    private readonly Lazy<Task<PrivatePostgres>> server;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> templates = [];
    private int databases;

    public TestPostgres() => server = new Lazy<Task<PrivatePostgres>>(Start);

    /// <summary>A database with the empty tables of these modules, as a connection string of its administrator.</summary>
    public async Task<string> NewDatabase(IReadOnlyList<Module> modules)
    {
        // Copying a database takes a fraction of the time that all migrations take. A stand-in of a module has its name and not its tables.
        var template = templates.GetOrAdd(
            string.Join(' ', modules.Select(module => $"{module.GetType()} {module.Name}")), _ => new Lazy<Task<string>>(() => Prepare(modules)));
        return await Create($"template {await template.Value}");
    }

    private async Task<PrivatePostgres> Start()
    {
        await TestFolder.Swept;
        return await PrivatePostgres.Start(folder);
    }

    private async Task<string> Prepare(IReadOnlyList<Module> modules)
    {
        var connection = await Create("");
        await Migrations.Apply(connection, Hosting.Schemas(modules), CancellationToken.None);
        return new NpgsqlConnectionStringBuilder(connection).Database!;
    }

    private async Task<string> Create(string how)
    {
        var postgres = await server.Value;
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await using var source = NpgsqlDataSource.Create(postgres.AdminConnectionString);
        await using var create = source.CreateCommand($"create database {name} {how}");
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
