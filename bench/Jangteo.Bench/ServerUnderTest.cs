using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;
using Npgsql;

namespace Jangteo.Bench;

/// <summary>The real program in a process of its own, or as many as it has modules, on a data folder of its own, and its PostgreSQL as seen from outside.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    /// <summary>An idle backend tells its counts after ten seconds (PGSTAT_IDLE_INTERVAL), so that is how long quiet must last.</summary>
    private static readonly TimeSpan StatisticsDelay = TimeSpan.FromSeconds(11);

    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan RestsWithin = TimeSpan.FromMinutes(2);

    private static readonly double MsPerTick = 1000.0 / 100;

    private readonly ProcessStartInfo start;
    private readonly string data;
    private Process process;

    private ServerUnderTest(ProcessStartInfo start, Process process, string data, Uri address)
    {
        this.start = start;
        this.process = process;
        this.data = data;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Its data folder.</summary>
    public string Folder => data;

    /// <summary>Connection string of the owner of its database; of that with the ledger, when each module has one.</summary>
    public string Admin => Run.Database ?? Run.Databases![Modules.Payments];

    private RunFile Run => RunFile.OfRunning(data) ?? throw new InvalidOperationException("The program under test does not run any more.");

    /// <param name="isSplit">Every module in a process of its own, or all in one.</param>
    /// <param name="settings">Beside the usual ones, as variables of the environment without their prefix.</param>
    public static Task<ServerUnderTest> Start(bool isSplit, CancellationToken ct, params (string Name, string Value)[] settings) =>
        Start(isSplit, settings, null, ct);

    /// <param name="program">The program to start, such as one of an earlier version; null is the one beside this.</param>
    public static async Task<ServerUnderTest> Start(
        bool isSplit, (string Name, string Value)[] settings, string? program, CancellationToken ct)
    {
        var data = DataFolder.New("bench");
        var port = Ports.Free();
        var start = new ProcessStartInfo("dotnet", [program ?? Path.Combine(AppContext.BaseDirectory, "Jangteo.dll"), .. isSplit ? new[] { "split" } : []]) { RedirectStandardOutput = true };
        start.Environment["Jangteo__Port"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["Jangteo__DataFolder"] = data;
        start.Environment["Jangteo__LogLevel"] = "Warning";
        start.Environment["Jangteo__Limits__PerPersonPerSecond"] = "0";
        start.Environment["Jangteo__Draining__Notice"] = "0s";
        foreach (var (name, value) in settings)
        {
            start.Environment[$"Jangteo__{name}"] = value;
        }

        var address = new Uri($"http://localhost:{port}");
        return new ServerUnderTest(start, await Launch(start, data, address, ct), data, address);
    }

    /// <summary>Stops the program. Its data folder stays.</summary>
    public async Task Stop(CancellationToken ct)
    {
        if (Posix.Signal(process.Id, Posix.Terminate))
        {
            await process.WaitForExitAsync(ct);
        }
    }

    /// <summary>Starts it on what it left, after <see cref="Stop"/>.</summary>
    public async Task StartAgain(CancellationToken ct)
    {
        process.Dispose();
        process = await Launch(start, data, Address, ct);
    }

    /// <summary>Runs one of the program's commands on the same data folder. Answers what it said.</summary>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0.</exception>
    public async Task<string> Command(CancellationToken ct, params string[] words)
    {
        var command = new ProcessStartInfo("dotnet", [start.ArgumentList[0], .. words]) { RedirectStandardOutput = true };
        foreach (var (name, value) in start.Environment)
        {
            command.Environment[name] = value;
        }

        using var running = Process.Start(command)!;
        var said = await running.StandardOutput.ReadToEndAsync(ct);
        await running.WaitForExitAsync(ct);
        return running.ExitCode == 0 ? said : throw new InvalidOperationException($"{string.Join(' ', words)} ended with {running.ExitCode}: {said}");
    }

    /// <summary>Starts the program and returns when it is ready.</summary>
    private static async Task<Process> Launch(ProcessStartInfo start, string data, Uri address, CancellationToken ct)
    {
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                Console.Error.WriteLine(line.Data);
            }
        };
        process.BeginOutputReadLine();
        using var http = new HttpClient { BaseAddress = address };
        for (var deadline = Stopwatch.StartNew(); ;)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), ct);
                if (answer.IsSuccessStatusCode && RunFile.OfRunning(data) is not null)
                {
                    return process;
                }
            }
            catch (HttpRequestException) when (deadline.Elapsed < StartsWithin && !process.HasExited)
            {
                // Not listening yet.
            }

            await Task.Delay(50, ct);
        }
    }

    /// <summary>A client signed in as a person of the sandbox, and the person's id.</summary>
    /// <param name="address">What is in front of it, if anything.</param>
    public async Task<(HttpClient Http, Guid Id)> SignIn(
        string person, SocketsHttpHandler handler, CancellationToken ct, Uri? address = null)
    {
        var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = address ?? Address };
        using var answer = await http.PostAsJsonAsync("/api/session", new { person }, ct);
        answer.EnsureSuccessStatusCode();
        var session = (await answer.Content.ReadFromJsonAsync<JsonNode>(ct))!;
        http.DefaultRequestHeaders.Authorization = new("Bearer", session["token"]!.GetValue<string>());
        return (http, session["person"]!["id"]!.GetValue<Guid>());
    }

    /// <summary>Bytes of memory that the program has now.</summary>
    public long MemoryInUse()
    {
        const string field = "VmRSS:";
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Waits until every backend has told what it did.</summary>
    public Task SettleStatistics(CancellationToken ct) => Task.Delay(StatisticsDelay, ct);

    /// <param name="processorMs">Read before, because waiting for the statistics costs something too.</param>
    public async Task<Costs> ReadCosts(IReadOnlyDictionary<string, double> processorMs, CancellationToken ct)
    {
        var run = Run;
        var tables = new Dictionary<string, Wrote>();
        var commits = 0.0;
        foreach (var database in (run.Databases?.Values ?? [Admin]).Distinct())
        {
            await using var source = NpgsqlDataSource.Create(database);
            await using var connection = await source.OpenConnectionAsync(ct);
            commits += await ReadDatabase(connection, tables, ct);
        }

        return new Costs(tables, await PaidOut(ct), commits, processorMs);
    }

    /// <summary>CPU time in milliseconds of each process with those that it has started and that have no name, such as the backends of PostgreSQL.</summary>
    public async Task<IReadOnlyDictionary<string, double>> ReadProcessors(CancellationToken ct)
    {
        var run = Run;
        var named = run.Processes?.ToDictionary(one => one.Name == "postgresql" ? Costs.Postgres : one.Name, one => one.Process) ?? new() { [Costs.Postgres] = await Postmaster(ct) };
        named["jangteo"] = run.Process;
        var children = Posix.Processes().Select(pid => (Process: pid, Stat: Stat(pid))).Where(one => one.Stat.Length > 1).ToLookup(one => int.Parse(one.Stat[1], CultureInfo.InvariantCulture), one => one.Process);
        return named.ToDictionary(one => one.Key, one => WithUnnamed(one.Value).Sum(pid => Ticks(pid, withEnded: one.Key == Costs.Postgres && pid == one.Value)) * MsPerTick);

        IEnumerable<int> WithUnnamed(int pid) => children[pid].Where(child => !named.ContainsValue(child)).SelectMany(WithUnnamed).Prepend(pid);
    }

    /// <summary>Waits until everything that was begun has come to its end, in every module.</summary>
    public async Task AtRest(CancellationToken ct)
    {
        using var handler = new SocketsHttpHandler();
        var (sora, _) = await SignIn("sora", handler, ct);
        using (sora)
        {
            for (var waited = Stopwatch.StartNew(); !(await sora.GetFromJsonAsync<JsonNode>("/api/operator/rest", ct))!["atRest"]!.GetValue<bool>(); await Task.Delay(100, ct))
            {
                if (waited.Elapsed > RestsWithin)
                {
                    throw new TimeoutException($"The program under test has not come to rest within {RestsWithin}.");
                }
            }
        }
    }

    /// <summary>Adds the rows written to its tables; answers its commits.</summary>
    private static async Task<double> ReadDatabase(NpgsqlConnection connection, Dictionary<string, Wrote> tables, CancellationToken ct)
    {
        await using (var command = new NpgsqlCommand("select schemaname || '.' || relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables", connection))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                tables[reader.GetString(0)] = new Wrote(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
            }
        }

        await using var commits = new NpgsqlCommand("select xact_commit from pg_stat_database where datname = current_database()", connection);
        return Convert.ToDouble(await commits.ExecuteScalarAsync(ct), CultureInfo.InvariantCulture);
    }

    /// <summary>How many trades have their pay-out in the ledger.</summary>
    public async Task<long> PaidOut(CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(Admin);
        await using var command = source.CreateCommand("select count(*) from payments.journals where event = 'pay-out-done'");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    public async ValueTask DisposeAsync()
    {
        if (Posix.Signal(process.Id, Posix.Terminate))
        {
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
        Directory.Delete(data, recursive: true);
    }

    private async Task<int> Postmaster(CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(Admin);
        await using var command = source.CreateCommand("select pg_backend_pid()");
        return int.Parse(Stat((int)(await command.ExecuteScalarAsync(ct))!)[1], CultureInfo.InvariantCulture);
    }

    private static long Ticks(int pid, bool withEnded = false)
    {
        var stat = Stat(pid);
        return stat.Length < 15 ? 0 : new[] { 11, 12 }.Concat(withEnded ? [13, 14] : []).Sum(field => long.Parse(stat[field], CultureInfo.InvariantCulture));
    }

    /// <summary>The fields of /proc/pid/stat from the state on; empty when the process has ended.</summary>
    private static string[] Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
