using System.Diagnostics;
using System.Net;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Views;
using Npgsql;

namespace Jangteo.Tests.Messaging;

/// <summary>The database, or a table of it, does not answer: callers are told so soon, and what waits in the background goes on by itself.</summary>
public sealed class A_database_that_hangs(ImpatientTown town) : IClassFixture<ImpatientTown>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_a_table_is_locked_who_asks_is_told_to_come_back()
    {
        await using var source = NpgsqlDataSource.Create(town.Admin);
        await using var foreign = await source.OpenConnectionAsync(ct);
        await using var transaction = await foreign.BeginTransactionAsync(ct);
        await using (var hold = new NpgsqlCommand("lock table views.listings in access exclusive mode", foreign))
        {
            await hold.ExecuteNonQueryAsync(ct);
        }

        await ReadersAreRefused();

        await transaction.RollbackAsync(ct);
        Assert.Equal(HttpStatusCode.OK, (await town.Get("/api/listings")).Status);
    }

    [Fact]
    public async Task While_the_server_hangs_who_asks_is_told_to_come_back()
    {
        Assert.Equal(HttpStatusCode.OK, (await town.Get("/api/listings")).Status);
        var servers = await Servers();
        Signal(servers, Posix.Stop);
        try
        {
            await ReadersAreRefused();
        }
        finally
        {
            Signal(servers, Posix.Continue);
        }

        await Town.Until(async () => (await town.Get("/api/listings")).Status == HttpStatusCode.OK);
        await town.Rest();
    }

    [Fact]
    public async Task A_slow_statement_is_waited_for_while_the_server_answers_others()
    {
        var views = town.Storage(Modules.Views);
        var role = (await views.Query(new Sql("select current_user::text"), reader => reader.GetString(0), ct)).Single();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => views.Query(new Sql("select 1 from pg_sleep(0.2)"), reader => reader.GetInt32(0), ct)));
        await using var source = NpgsqlDataSource.Create(town.Admin);
        // The program can open no new connection, and so cannot probe the server.
        await Execute($"alter role \"{role}\" connection limit 0");
        try
        {
            var slow = views.Query(new Sql("select 1 from pg_sleep(7)"), reader => reader.GetInt32(0), ct);
            while (!slow.IsCompleted)
            {
                Assert.Equal([1], await views.Query(new Sql("select 1"), reader => reader.GetInt32(0), ct));
                await Task.Delay(100, ct);
            }

            Assert.Equal([1], await slow);
        }
        finally
        {
            await Execute($"alter role \"{role}\" connection limit -1");
        }

        async Task Execute(string statement)
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    [Fact]
    public async Task Connections_that_callers_gave_up_come_to_the_pool_when_the_server_goes_on()
    {
        var servers = await Servers();
        Signal(servers, Posix.Stop);
        try
        {
            var hung = Stopwatch.StartNew();
            do
            {
                await ReadersAreRefused();
            }
            while (hung.Elapsed < TimeSpan.FromSeconds(4));
        }
        finally
        {
            Signal(servers, Posix.Continue);
        }

        await Town.Until(async () => await ConnectionsOf("jangteo views") >= Storage.AtOnce);
        await town.Rest();
    }

    [Fact]
    public async Task A_start_waits_for_a_server_that_hangs()
    {
        var views = town.Storage(Modules.Views);
        var servers = await Servers();
        Signal(servers, Posix.Stop);
        Task starting;
        try
        {
            starting = Database.WaitIn(() => views.Query(new Sql("select 1"), reader => reader.GetInt32(0), ct), ct);
            await ReadersAreRefused();
            Assert.False(starting.IsCompleted);
        }
        finally
        {
            Signal(servers, Posix.Continue);
        }

        await starting;
        await town.Rest();
    }

    /// <summary>
    /// More readers than there are connections: those who queue are refused like those who wait for an answer. Over HTTP they are told to
    /// come back.
    /// </summary>
    private async Task ReadersAreRefused()
    {
        var views = town.Storage(Modules.Views);
        var faults = await Task.WhenAll(Enumerable.Range(0, 3 * Storage.AtOnce).Select(_ =>
            Record.ExceptionAsync(() => views.Query(new Sql("select 1 from listings"), reader => reader.GetInt32(0), ct)).AsTask()));
        Assert.All(faults, fault => Assert.True(fault is not null && PassingFault.Is(fault), fault?.ToString()));
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(number => town.Get("/api/listings", new PersonRef(Ids.New(), $"reader{number}"))));
        Assert.All(
            answers,
            answer =>
                Assert.Equal(
                    (HttpStatusCode.ServiceUnavailable, "unavailable"), (answer.Status, answer.Body.GetProperty("code").GetString())));
    }

    private async Task<long> ConnectionsOf(string program)
    {
        await using var source = NpgsqlDataSource.Create(town.Admin);
        await using var ask = source.CreateCommand("select count(*) from pg_stat_activity where application_name = $1");
        ask.Parameters.Add(new NpgsqlParameter { Value = program });
        return (long)(await ask.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The server of the town and everything that it has started.</summary>
    private async Task<int[]> Servers()
    {
        await using var source = NpgsqlDataSource.Create(town.Admin);
        await using var ask = source.CreateCommand("select pid from pg_stat_activity");
        var found = new List<int>();
        await using var reader = await ask.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            found.Add(reader.GetInt32(0));
        }

        // The fifth word of /proc/<process>/stat is its group, the fourth its parent: that of a backend is the server.
        var server = int.Parse(
            (await File.ReadAllTextAsync($"/proc/{found[0]}/stat", ct)).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture);
        return [server, .. found];
    }

    private static void Signal(int[] servers, int signal)
    {
        foreach (var server in servers)
        {
            Posix.Signal(server, signal);
        }
    }
}

/// <summary>
/// Its database is taken for hung sooner than in the other towns, and later than by the program: a slow machine is not to be taken for a hung
/// database.
/// </summary>
public sealed class ImpatientTown : Town
{
    public ImpatientTown() => DatabaseTimeouts = new() { Answer = TimeSpan.FromSeconds(3) };
}
