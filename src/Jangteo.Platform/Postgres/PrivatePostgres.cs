using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Jangteo.Platform.Postgres;

/// <summary>
/// The program's own PostgreSQL: the installed package, run on a Unix socket in a private folder, started with the program and stopped with it.
/// When the program is killed the server lives on, and the next program on the same data folder adopts it.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    // Past this a server that was told to stop is left to finish alone: the next start waits for it.
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan RestartsAfter = TimeSpan.FromMilliseconds(500);

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
        "max_connections=200",
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

    private readonly FileStream claim;
    private readonly PostgresPlace place;
    private readonly Action<string>? say;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task keepingRunning;
    private Server server;

    private PrivatePostgres(FileStream claim, PostgresPlace place, Server server, Action<string>? say)
    {
        this.claim = claim;
        this.place = place;
        this.server = server;
        this.say = say;
        Adopted = server.Child is null;
        AdminConnectionString = AdminConnection(place);
        keepingRunning = KeepRunning();
    }

    /// <summary>The process of a server, and our hold on it when we started it ourselves.</summary>
    private sealed record Server(int Process, Process? Child);

    /// <summary>Npgsql connection string of the owner of everything, on the database <c>jangteo</c>. Modules get logins of their own from it.</summary>
    public string AdminConnectionString { get; }

    /// <summary>True when the server was already running: the program before this one was killed.</summary>
    public bool Adopted { get; }

    /// <summary>Process number of the server, for measuring what it uses.</summary>
    public int ProcessId => server.Process;

    /// <summary>Has the database of this data folder running, and ready to be connected to, when it returns.</summary>
    /// <param name="dataFolder">The program's data folder; made when missing.</param>
    /// <param name="ct">Gives up waiting; a server that was started is left to the next start.</param>
    /// <exception cref="PostgresUnavailableException">It cannot be had; the message says why and what to do.</exception>
    public static Task<PrivatePostgres> Start(string dataFolder, CancellationToken ct = default) => Start(dataFolder, null, ct);

    /// <summary>The same, and <paramref name="say"/> is told what takes long or is not where one would look for it, a line each.</summary>
    public static async Task<PrivatePostgres> Start(string dataFolder, Action<string>? say, CancellationToken ct)
    {
        if (!OperatingSystem.IsLinux())
            throw new PostgresUnavailableException("A private PostgreSQL is started on Linux only. Run one yourself and name it in Jangteo__Database.");

        dataFolder = Path.GetFullPath(dataFolder);
        var claim = Claim(dataFolder);
        try
        {
            var place = PostgresPlace.For(dataFolder);
            if (place.Remark is { } remark)
                say?.Invoke(remark);
            return new PrivatePostgres(claim, place, await Adopt(place, ct) ?? await StartAnew(place, say, ct), say);
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
        return ReadProcessFile(place) is { Status: "ready" } file && Posix.IsAlive(file.Process) ? AdminConnection(place) : null;
    }

    /// <summary>Stops the server: what is running is rolled back, what was committed is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
            return;
        await stopping.CancelAsync();
        await keepingRunning;

        // Connections kept for reuse would only find out later that their server has gone.
        NpgsqlConnection.ClearAllPools();
        Posix.Signal(server.Process, Posix.Interrupt);
        using var patience = new CancellationTokenSource(StopsWithin);
        try
        {
            await Gone(LooksEvery, patience.Token);
        }
        catch (OperationCanceledException)
        {
            // It still writes its last checkpoint; the next start waits for it before it starts another.
        }

        server.Child?.Dispose();
        stopping.Dispose();
        await claim.DisposeAsync();
    }

    private static string AdminConnection(PostgresPlace place) =>
        new NpgsqlConnectionStringBuilder { Host = place.SocketFolder, Username = "postgres", Database = "jangteo" }.ConnectionString;

    private async Task Gone(TimeSpan lookEvery, CancellationToken patience)
    {
        if (server.Child is { } child)
            await child.WaitForExitAsync(patience);
        while (Posix.IsAlive(server.Process))
            await Task.Delay(lookEvery, patience);
    }

    /// <summary>A server that the system killed, for want of memory for instance, is started again: the program cannot do without, and what it committed is on disk.</summary>
    private async Task KeepRunning()
    {
        while (true)
        {
            try
            {
                await Gone(RestartsAfter, stopping.Token);
                say?.Invoke("PostgreSQL has ended by itself, and is started again.");
                NpgsqlConnection.ClearAllPools();
                // Not to be given up halfway, else nobody would stop what was begun.
                var next = await Adopt(place, CancellationToken.None) ?? await StartAnew(place, say, CancellationToken.None);
                server.Child?.Dispose();
                server = next;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (PostgresUnavailableException failed)
            {
                // Mostly because processes of the dead server have not noticed yet and hold its memory.
                say?.Invoke(failed.Message);
                await Task.Delay(RestartsAfter, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One program works with a data folder at a time. The operating system lets go of the claim however the program ends.</summary>
    private static FileStream Claim(string dataFolder)
    {
        var path = Path.Combine(dataFolder, "lock");
        // Beside it, because a claimed file cannot even be read by others.
        var owner = Path.Combine(dataFolder, "lock.process");
        try
        {
            Directory.CreateDirectory(dataFolder);
            var claim = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return claim;
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new PostgresUnavailableException($"This user may not write to the data folder {dataFolder}; was the program started by another one before? Start it as that user, give the folder away (chown -R), or choose another one with Jangteo__DataFolder.", refused);
        }
        catch (IOException taken) when (File.Exists(owner))
        {
            throw new PostgresUnavailableException($"Another program (process {File.ReadAllText(owner)}) works with the data folder {dataFolder}. Stop it first, or give this one a folder of its own with Jangteo__DataFolder.", taken);
        }
    }

    /// <summary>The server that a killed program left running, or null when none does.</summary>
    private static async Task<Server?> Adopt(PostgresPlace place, CancellationToken ct)
    {
        while (ReadProcessFile(place) is { } file)
        {
            if (!Posix.IsAlive(file.Process) || !Posix.CommandLine(file.Process).Contains(place.Cluster))
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

    private static async Task<Server> StartAnew(PostgresPlace place, Action<string>? say, CancellationToken ct)
    {
        var binaries = FindBinaries(place);
        if (!Directory.Exists(place.Cluster))
        {
            say?.Invoke("Making the database. This happens once.");
            await MakeCluster(binaries, place, ct);
        }

        // A session of its own, so that the Ctrl+C that stops the program does not stop the server under it.
        // No pipe, because nobody would read it after the program was killed: what the server says goes to its log.
        var child = Launch(place, "setsid", [Path.Combine(binaries, "postgres"), "-D", place.Cluster, "-k", place.SocketFolder, .. Settings.SelectMany(setting => new[] { "-c", setting })]);
        var slow = Stopwatch.StartNew();
        var told = false;
        while (true)
        {
            if (child.HasExited)
                throw new PostgresUnavailableException($"PostgreSQL stopped while starting:\n{LastLines(place.Log)}\nIts whole log is {place.Log}.");
            if (ReadProcessFile(place) is { Status: "ready" } file && file.Process == child.Id)
                return new Server(child.Id, child);
            if (!told && slow.Elapsed > TimeSpan.FromSeconds(2))
            {
                say?.Invoke("PostgreSQL is putting its files in order after a crash.");
                told = true;
            }

            await Task.Delay(LooksEvery, ct);
        }
    }

    /// <summary>Makes the cluster and the database in it under another name, and renames it last: a folder named cluster is whole.</summary>
    private static async Task MakeCluster(string binaries, PostgresPlace place, CancellationToken ct)
    {
        var unfinished = place.Cluster + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);

        // Order is by code point, which is fast and the same everywhere; upper and lower case are known for every script.
        await Finish(place, "initdb", Path.Combine(binaries, "initdb"), ["-D", unfinished, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C"], ct);
        await Finish(place, "creating the database", "sh", ["-c", "echo 'create database jangteo' | exec \"$0\" --single -D \"$1\" -j template1", Path.Combine(binaries, "postgres"), unfinished], ct);
        Directory.Move(unfinished, place.Cluster);
    }

    private static async Task Finish(PostgresPlace place, string what, string program, string[] arguments, CancellationToken ct)
    {
        using var process = Launch(place, program, arguments);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
            throw new PostgresUnavailableException($"PostgreSQL could not be set up ({what} ended with {process.ExitCode}):\n{LastLines(place.Log)}");
    }

    /// <summary>Runs a program as the server's account, its words appended to the log.</summary>
    private static Process Launch(PostgresPlace place, string program, string[] arguments)
    {
        string[] asAccount = place.Account is { } account
            ? ["setpriv", $"--reuid={account.User}", $"--regid={account.Group}", "--init-groups", "--"]
            : [];

        // The shell opens the log after the account has changed, else it would belong to root.
        var start = new ProcessStartInfo(asAccount is [var first, ..] ? first : "sh") { WorkingDirectory = "/" };
        string[] words = [.. asAccount.Skip(1), .. asAccount.Length > 0 ? ["sh"] : Array.Empty<string>(), "-c", "umask 077; log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", place.Log, program, .. arguments];
        foreach (var word in words)
            start.ArgumentList.Add(word);
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new PostgresUnavailableException($"{start.FileName} is missing on this machine: apt-get install util-linux.", missing);
        }
    }

    /// <summary>The newest installed server, where Debian's packages put it or else whatever PATH has; for files that exist, the version that wrote them.</summary>
    private static string FindBinaries(PostgresPlace place)
    {
        const int oldest = 15;
        var writtenBy = Path.Combine(place.Cluster, "PG_VERSION");
        var wanted = File.Exists(writtenBy) ? int.Parse(File.ReadAllText(writtenBy)) : (int?)null;
        var packaged = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        var found = packaged
            .Where(folder => File.Exists(Path.Combine(folder, "bin", "postgres")))
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Where(version => wanted is null ? version >= oldest : version == wanted)
            .DefaultIfEmpty()
            .Max();
        if (found > 0)
            return $"/usr/lib/postgresql/{found}/bin";

        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "postgres")) && File.Exists(Path.Combine(folder, "initdb")));
        return onPath ?? throw new PostgresUnavailableException(wanted is null
            ? $"PostgreSQL {oldest} or newer is not installed. Install it (apt-get install postgresql), or name a running one in Jangteo__Database."
            : $"PostgreSQL {wanted} is not installed, and it wrote the files in {place.Cluster}. Install it (apt-get install postgresql-{wanted}).");
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

    private static string LastLines(string log) => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(8)) : "(it said nothing)";
}
