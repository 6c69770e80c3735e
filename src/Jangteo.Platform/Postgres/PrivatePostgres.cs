using System.Diagnostics;
using Jangteo.Platform.Machine;
using Npgsql;

namespace Jangteo.Platform.Postgres;

/// <summary>
/// The program's own PostgreSQL: the installed package, run on a Unix socket in a private folder, started with the program and stopped with it.
/// When the program is killed the server lives on, and the next program on the same data folder adopts it.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Given on the command line, so that a new version of the program brings its own settings and nobody has to merge a file.
    /// What makes a commit durable is on, and stays on; the rest fits a small machine that this server shares with the program.
    /// </summary>
    private static readonly string[] Settings =
    [
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "fsync=on",
        "synchronous_commit=on",
        "full_page_writes=on",
        "shared_buffers=128MB",
        "max_connections=1000", // For all processes that a split market can have; those not in use take only address space.
        "wal_buffers=16MB",
        "min_wal_size=256MB",
        "max_wal_size=2GB",
        "checkpoint_timeout=10min",
        "random_page_cost=1.1", // Disks of today find a page as fast as the next one.
        "jit=off", // Statements here take less time than compiling them.
        "max_parallel_workers_per_gather=0", // Nor would they gain from a second process.
        "autovacuum_naptime=15s", // Queues and copies of listings change often.
        "track_activities=on",
        "track_counts=on",
        "timezone=UTC",
        "log_timezone=UTC",
        "log_checkpoints=off",
        "log_line_prefix=%m [%p] %u@%d ",
        "cluster_name=jangteo",
    ];

    /// <summary>
    /// Over these while much is loaded at once and nobody else connects. What a transaction writes into a table that it has emptied itself
    /// is then not logged: its files are on the disk when it commits, so a crash loses no more than it would otherwise.
    /// </summary>
    private static readonly string[] SettingsForLoading =
    [
        "wal_level=minimal",
        "max_wal_senders=0",
        "maintenance_work_mem=256MB",
        "autovacuum=off", // What is loaded is analyzed by whoever loads it.
    ];

    private readonly FileStream claim;
    private readonly KeptServer server;

    private PrivatePostgres(FileStream claim, PostgresPlace place, Server running, string[] settings, Action<string>? say)
    {
        this.claim = claim;
        Adopted = running.Child is null;
        AdminConnectionString = AdminConnection(place);
        server = new KeptServer("PostgreSQL", running, StartAgain, say);
        server.Keep();

        async Task<Server> StartAgain()
        {
            NpgsqlConnection.ClearAllPools();
            return await Adopt(place, CancellationToken.None) ?? await StartAnew(place, settings, say, CancellationToken.None);
        }
    }

    /// <summary>Npgsql connection string of the owner of everything, on the database <c>jangteo</c>. Modules get logins of their own from it.</summary>
    public string AdminConnectionString { get; }

    /// <summary>True when the server was already running: the program before this one was killed.</summary>
    public bool Adopted { get; }

    /// <summary>Process number of the server, for measuring what it uses.</summary>
    public int ProcessId => server.ProcessId;

    /// <summary>Has the database of this data folder running, and ready to be connected to, when it returns.</summary>
    /// <param name="dataFolder">The program's data folder; made when missing.</param>
    /// <param name="ct">Gives up waiting, and stops what it has started.</param>
    /// <exception cref="UnavailableException">It cannot be had; the message says why and what to do.</exception>
    public static Task<PrivatePostgres> Start(string dataFolder, CancellationToken ct = default) => Start(dataFolder, null, ct);

    /// <summary>The same, and <paramref name="say"/> is told what takes long or is not where one would look for it, a line each.</summary>
    /// <param name="forLoading">Starts it so that it takes in much at once, for a command that nobody shares it with.</param>
    public static async Task<PrivatePostgres> Start(string dataFolder, Action<string>? say, CancellationToken ct, bool forLoading = false)
    {
        dataFolder = Path.GetFullPath(dataFolder);
        var claim = Claim.Of(dataFolder, "lock");
        try
        {
            var place = PostgresPlace.For(dataFolder);
            if (place.Remark is { } remark)
                say?.Invoke(remark);
            string[] settings = forLoading ? [.. Settings, .. SettingsForLoading] : Settings;
            return new PrivatePostgres(claim, place, await Adopt(place, ct) ?? await StartAnew(place, settings, say, ct), settings, say);
        }
        catch
        {
            await claim.DisposeAsync();
            throw;
        }
    }

    /// <summary>The admin connection string of the server that another program has running on a data folder, or null when none does.</summary>
    public static string? ConnectionWhileRunning(string dataFolder)
    {
        var place = PostgresPlace.For(Path.GetFullPath(dataFolder));
        return ReadProcessFile(place) is { Status: "ready" } file && HostSystem.Here.IsAlive(file.Process) ? AdminConnection(place) : null;
    }

    /// <summary>Whether a data folder holds a database of this kind; the first start makes it.</summary>
    public static bool IsIn(string dataFolder) => Directory.Exists(PostgresPlace.For(Path.GetFullPath(dataFolder)).Cluster);

    /// <summary>The admin connection string of a database beside <c>jangteo</c>, or null when there is none of this name.</summary>
    public async Task<string?> Find(string name, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(AdminConnectionString);
        await using var command = source.CreateCommand("select exists (select from pg_database where datname = $1)");
        command.Parameters.AddWithValue(name);
        return (bool)(await command.ExecuteScalarAsync(ct))! ? AdminConnectionOf(name) : null;
    }

    /// <summary>Has databases of these names beside <c>jangteo</c>, and answers with the admin connection string of each.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Databases(IReadOnlyList<string> names, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(AdminConnectionString);
        await using var connection = await source.OpenConnectionAsync(ct);
        var there = new HashSet<string>();
        await using (var command = new NpgsqlCommand("select datname from pg_database", connection))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
                there.Add(reader.GetString(0));
        }

        foreach (var missing in names.Where(name => !there.Contains(name)))
        {
            await using var create = new NpgsqlCommand($"create database {missing}", connection);
            await create.ExecuteNonQueryAsync(ct);
        }

        return names.ToDictionary(name => name, AdminConnectionOf);
    }

    /// <summary>Stops the server: what is running is rolled back, what was committed is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        // Connections kept for reuse would only find out later that their server has gone.
        NpgsqlConnection.ClearAllPools();
        if (await server.Stop(HostSystem.Here.Interrupt))
            await claim.DisposeAsync();
    }

    private string AdminConnectionOf(string database) =>
        new NpgsqlConnectionStringBuilder(AdminConnectionString) { Database = database }.ConnectionString;

    private static string AdminConnection(PostgresPlace place) =>
        new NpgsqlConnectionStringBuilder { Host = place.SocketFolder, Username = "postgres", Database = "jangteo" }.ConnectionString;

    /// <summary>The server that a killed program left running, or null when none does.</summary>
    private static async Task<Server?> Adopt(PostgresPlace place, CancellationToken ct)
    {
        while (ReadProcessFile(place) is { } file)
        {
            if (!HostSystem.Here.Runs(file.Process, place.Cluster, "postgres"))
            {
                // PostgreSQL takes the number of a dead process for a live one while nobody buries it or another has got it, and would refuse to start.
                File.Delete(place.ProcessFile);
                File.Delete(place.Socket + ".lock");
                return null;
            }

            if (file.Status == "ready")
                return new Server(file.Process, null);

            await Task.Delay(LooksEvery, ct);
        }

        return null;
    }

    private static async Task<Server> StartAnew(PostgresPlace place, string[] settings, Action<string>? say, CancellationToken ct)
    {
        var programs = FindPrograms(place);
        var isNew = !Directory.Exists(place.Cluster);
        if (isNew)
        {
            say?.Invoke("Making the database. This happens once.");
            await MakeCluster(programs, place, ct);
        }

        var child = Daemon.Start(
            place.Account, place.Log, processFile: null, isDetached: true, programs.Postgres, ["-D", place.Cluster, "-k", place.SocketFolder, .. settings.Concat(LogSettings(place)).SelectMany(setting => new[] { "-c", setting })]);
        var slow = Stopwatch.StartNew();
        var told = false;
        try
        {
            while (true)
            {
                if (child.HasExited)
                    throw new UnavailableException($"PostgreSQL stopped while starting:\n{Daemon.LastLines(place.Log)}\nIts whole log is {place.Log}.");
                if (ReadProcessFile(place) is { Status: "ready" } file && file.Process == child.Id)
                    return new Server(child.Id, child);
                if (!told && !isNew && slow.Elapsed > TimeSpan.FromSeconds(2))
                {
                    say?.Invoke("PostgreSQL is putting its files in order after a crash.");
                    told = true;
                }

                await Task.Delay(LooksEvery, ct);
            }
        }
        catch (OperationCanceledException)
        {
            HostSystem.Here.Interrupt(child.Id);
            await Task.WhenAny(child.WaitForExitAsync(CancellationToken.None), Task.Delay(StopsWithin, CancellationToken.None));
            throw;
        }
    }

    /// <summary>Makes the cluster and the database in it under another name, and renames it last: a folder named cluster is whole.</summary>
    private static async Task MakeCluster(PostgresPrograms programs, PostgresPlace place, CancellationToken ct)
    {
        var unfinished = place.Cluster + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);

        // Order is by code point, which is fast and the same everywhere; upper and lower case are known for every script.
        await Finish(place, "initdb", programs.Initdb, ["-D", unfinished, "--username=postgres", "--auth=trust", "--encoding=UTF8", .. HostSystem.Here.ClusterLocale], "", ct);
        await Finish(place, "creating the database", programs.Postgres, ["--single", "-D", unfinished, "-j", "template1"], "create database jangteo\n", ct);
        Directory.Move(unfinished, place.Cluster);
    }

    private static async Task Finish(PostgresPlace place, string what, string program, string[] arguments, string input, CancellationToken ct)
    {
        var (code, said) = await Daemon.Finish(place.Account, program, arguments, input, ct);
        if (code != 0)
            throw new UnavailableException($"PostgreSQL could not be set up ({what} ended with {code}):\n{said}");
    }

    /// <summary>Where the system does not write what a server says to a file, the server does.</summary>
    private static string[] LogSettings(PostgresPlace place) => HostSystem.Here.ServersKeepTheirLog
        ? ["logging_collector=on", $"log_directory={place.Folder}", $"log_filename={Path.GetFileName(place.Log)}", "log_rotation_age=0", "log_rotation_size=0"]
        : [];

    /// <summary>The newest that is installed; for files that exist, the version that wrote them.</summary>
    private static PostgresPrograms FindPrograms(PostgresPlace place)
    {
        var writer = PostgresPrograms.WriterOf(place.Cluster);
        return PostgresPrograms.Find(writer) ?? throw new UnavailableException(writer switch
        {
            null => $"PostgreSQL {PostgresPrograms.Oldest} or newer is not installed. ./jangteo run installs one, or name a running one in Jangteo__Database.",
            PostgresPrograms.OfNpm => $"PostgreSQL {writer} wrote the files in {place.Cluster}, and it is not installed any more. ./jangteo run installs it.",
            _ => $"PostgreSQL {writer} wrote the files in {place.Cluster}, and another version cannot read them. Install it (on Debian and Ubuntu: apt-get install postgresql-{writer}), or begin with an empty data folder: Jangteo__DataFolder.",
        });
    }

    /// <summary>What the server says about itself: its process number, and how far it is.</summary>
    private static (int Process, string Status)? ReadProcessFile(PostgresPlace place)
    {
        try
        {
            // Lines: process, data folder, start time, port, socket folder, listen address, shared memory, status.
            var lines = File.ReadAllLines(place.ProcessFile);
            return lines.Length > 0 && int.TryParse(lines[0], out var process) ? (process, lines.Length > 7 ? lines[7].Trim() : "") : null;
        }
        catch (IOException)
        {
            // Not there yet, or just gone.
            return null;
        }
    }
}
