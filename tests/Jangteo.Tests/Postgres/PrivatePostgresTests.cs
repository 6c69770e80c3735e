using System.Diagnostics;
using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Postgres;
using Jangteo.Split;
using Jangteo.Tests.Beds;
using Npgsql;

namespace Jangteo.Tests.Postgres;

/// <summary>The program's own PostgreSQL, with the real one.</summary>
public sealed class PrivatePostgresTests(OneMadeDatabase made) : IClassFixture<OneMadeDatabase>, IDisposable
{
    private readonly string folder = TestFolder.New();
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_first_start_makes_a_durable_database_that_only_its_owner_can_reach()
    {
        await using var postgres = await PrivatePostgres.Start(folder, ct);

        Assert.False(postgres.Adopted);
        Assert.Equal("jangteo on on on", await Ask(postgres, "select concat_ws(' ', current_database(), current_setting('fsync'), current_setting('synchronous_commit'), current_setting('track_counts'))"));
        Assert.Equal("", await Ask(postgres, "select current_setting('listen_addresses')"));
        var mostOfSplit = Replicas.Most * Modules.All.Sum(module => Database.MostConnections(Target.Of(module)));
        var allowed = int.Parse((await Ask(postgres, "select current_setting('max_connections')"))!, CultureInfo.InvariantCulture);
        Assert.InRange(allowed, mostOfSplit, 2 * mostOfSplit);
        var socketFolder = new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString).Host!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(socketFolder));
    }

    [Fact]
    public async Task A_later_start_finds_what_was_there_and_nothing_runs_in_between()
    {
        await made.Database.CopyTo(folder);
        int server;
        await using (var first = await PrivatePostgres.Start(folder, ct))
        {
            server = first.ProcessId;
            await Ask(first, "create table kept (word text); insert into kept values ('kept') returning word");
        }

        Assert.False(Posix.IsAlive(server));
        await using var second = await PrivatePostgres.Start(folder, ct);
        Assert.Equal("kept", await Ask(second, "select word from kept"));
    }

    [Fact]
    public async Task A_server_whose_program_was_killed_is_adopted_as_it_runs()
    {
        await made.Database.CopyTo(folder);
        using var owner = await OwnerProcess.Of(folder);
        await owner.Kill();

        await using var postgres = await PrivatePostgres.Start(folder, ct);

        Assert.True(postgres.Adopted);
        Assert.Equal("1", await Ask(postgres, "select '1'"));
    }

    [Fact]
    public async Task An_adopted_server_is_stopped_like_ones_own()
    {
        await made.Database.CopyTo(folder);
        using var owner = await OwnerProcess.Of(folder);
        await owner.Kill();
        var postgres = await PrivatePostgres.Start(folder, ct);

        await postgres.DisposeAsync();

        Assert.False(Posix.IsAlive(postgres.ProcessId));
    }

    [Fact]
    public async Task A_second_program_on_the_same_folder_is_refused_and_told_who_has_it()
    {
        await made.Database.CopyTo(folder);
        using var owner = await OwnerProcess.Of(folder);

        var refused = await Assert.ThrowsAsync<UnavailableException>(() => PrivatePostgres.Start(folder, ct));

        Assert.Matches($@"^Another program \(process \d+\) works with the data folder {folder}\. Stop it first", refused.Message);
        await owner.Kill();
        await (await PrivatePostgres.Start(folder, ct)).DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_is_killed_comes_back_with_all_that_was_committed(bool adopted)
    {
        await made.Database.CopyTo(folder);
        if (adopted)
        {
            using var owner = await OwnerProcess.Of(folder);
            await owner.Kill();
        }

        await using var postgres = await PrivatePostgres.Start(folder, ct);
        await Ask(postgres, "create table kept (word text); insert into kept values ('kept') returning word");
        var killed = postgres.ProcessId;
        using (var server = Process.GetProcessById(killed))
            server.Kill();

        // Nothing answers until it is back, and then it is another process.
        while (postgres.ProcessId == killed)
            await Task.Delay(10, ct);
        Assert.Equal("kept", await Ask(postgres, "select word from kept"));
    }

    [Fact]
    public async Task A_server_that_died_with_its_program_starts_again_with_all_that_was_committed()
    {
        await made.Database.CopyTo(folder);
        using var owner = await OwnerProcess.Of(folder);
        await owner.Kill();
        var serverFile = Path.Combine(folder, "postgres", "cluster", "postmaster.pid");
        using (var server = Process.GetProcessById(int.Parse((await File.ReadAllLinesAsync(serverFile, ct))[0])))
        {
            server.Kill();
            while (Posix.IsAlive(server.Id))
                await Task.Delay(10, ct);
        }

        // What is there now is what a loss of power leaves: a process file, and a log that has to be replayed.
        await using var postgres = await PrivatePostgres.Start(folder, ct);

        Assert.False(postgres.Adopted);
        Assert.Equal("1", await Ask(postgres, "select '1'"));
    }

    [Fact]
    public async Task A_process_file_whose_number_now_belongs_to_something_else_does_not_stand_in_the_way()
    {
        await made.Database.CopyTo(folder);
        await (await PrivatePostgres.Start(folder, ct)).DisposeAsync();
        var processFile = Path.Combine(folder, "postgres", "cluster", "postmaster.pid");
        await File.WriteAllTextAsync(processFile, $"{Environment.ProcessId}\n{folder}\n0\n5432\n{folder}\n\n\nready\n", ct);

        await using var postgres = await PrivatePostgres.Start(folder, ct);

        Assert.False(postgres.Adopted);
    }

    [Fact]
    public async Task A_first_start_that_was_interrupted_is_begun_again()
    {
        var place = PostgresPlace.For(folder);
        Directory.CreateDirectory(place.Cluster + ".new");
        await File.WriteAllTextAsync(Path.Combine(place.Cluster + ".new", "PG_VERSION"), "15\n", ct);

        await using var postgres = await PrivatePostgres.Start(folder, ct);

        Assert.Equal("1", await Ask(postgres, "select '1'"));
    }

    [Fact]
    public async Task Files_of_a_version_that_is_not_installed_are_not_touched_and_it_is_said_what_to_do()
    {
        var place = PostgresPlace.For(folder);
        Directory.CreateDirectory(place.Cluster);
        await File.WriteAllTextAsync(Path.Combine(place.Cluster, "PG_VERSION"), "9\n", ct);

        var refused = await Assert.ThrowsAsync<UnavailableException>(() => PrivatePostgres.Start(folder, ct));

        Assert.StartsWith($"PostgreSQL 9 wrote the files in {place.Cluster}, and another version cannot read them. Install it", refused.Message);
        Assert.Equal(["PG_VERSION"], Directory.GetFileSystemEntries(place.Cluster).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(null, 17)]
    [InlineData(18, 18)]
    [InlineData(15, 15)]
    [InlineData(14, 14)]
    [InlineData(16, null)]
    public void The_version_that_wrote_the_files_is_taken_and_for_new_ones_the_first_that_is_young_enough(int? writer, int? taken)
    {
        PostgresPrograms[] installed = [new(14, "old"), new(17, "system"), new(15, "older"), new(18, "npm")];

        Assert.Equal(taken, PostgresPrograms.Find(installed, writer)?.Version);
    }

    [Fact]
    public async Task A_folder_whose_path_is_too_long_for_a_socket_works_all_the_same()
    {
        var deep = Path.Combine(folder, new string('d', 100));

        await using var postgres = await PrivatePostgres.Start(deep, ct);

        Assert.Equal("1", await Ask(postgres, "select '1'"));
        Directory.Delete(new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString).Host!, recursive: true);
    }

    [Fact]
    public async Task Where_the_server_may_not_enter_the_data_folder_its_files_are_elsewhere_and_that_is_said()
    {
        // Only root starts the server as somebody else; for everybody else the data folder is the place, as the tests above show.
        if (!Posix.IsRoot)
            return;
        var closed = Directory.CreateDirectory(Path.Combine(folder, "closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var said = new List<string>();

        await using (var first = await PrivatePostgres.Start(closed, said.Add, ct))
            await Ask(first, "create table kept (word text); insert into kept values ('kept') returning word");
        await using var second = await PrivatePostgres.Start(closed, said.Add, ct);

        var elsewhere = (await File.ReadAllTextAsync(Path.Combine(closed, "postgres.place"), ct)).Trim();
        try
        {
            Assert.Equal("kept", await Ask(second, "select word from kept"));
            Assert.Contains($"The database is kept in {elsewhere}, because the user postgres may not enter the data folder.", said);
        }
        finally
        {
            await second.DisposeAsync();
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task Further_databases_are_made_once_and_each_is_reached_by_its_own_connection()
    {
        await made.Database.CopyTo(folder);
        await using var postgres = await PrivatePostgres.Start(folder, ct);
        var reached = await postgres.Databases(["one", "other"], ct);
        await Ask(reached["one"], "create table kept (word text); insert into kept values ('kept') returning word");

        var again = await postgres.Databases(["one", "other"], ct);

        Assert.Equal("kept", await Ask(again["one"], "select word from kept"));
        Assert.Equal("other", await Ask(again["other"], "select current_database()::text"));
    }

    private Task<string?> Ask(PrivatePostgres postgres, string sql) => Ask(postgres.AdminConnectionString, sql);

    private async Task<string?> Ask(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync(ct);
    }
}

/// <summary>One database that was made, for the tests that need no first start.</summary>
public sealed class OneMadeDatabase : IDisposable
{
    private readonly string folder = TestFolder.New();

    public OneMadeDatabase() => Database = new MadeDatabase(folder);

    internal MadeDatabase Database { get; }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
