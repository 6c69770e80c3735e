using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Npgsql;

namespace Jangteo.Bench;

/// <summary>The real program in a process of its own, on a data folder of its own, and its PostgreSQL as seen from outside.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    /// <summary>An idle backend tells its counts after ten seconds (PGSTAT_IDLE_INTERVAL), so that is how long quiet must last.</summary>
    private static readonly TimeSpan StatisticsDelay = TimeSpan.FromSeconds(11);

    private static readonly double MsPerTick = 1000.0 / 100;

    private readonly Process process;
    private readonly string data;

    private ServerUnderTest(Process process, string data, Uri address, string admin)
    {
        this.process = process;
        this.data = data;
        Address = address;
        Admin = admin;
    }

    public Uri Address { get; }

    /// <summary>Connection string of the owner of its database.</summary>
    public string Admin { get; }

    public static async Task<ServerUnderTest> Start(CancellationToken ct)
    {
        var data = Directory.CreateTempSubdirectory("jangteo-bench-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Jangteo.dll")]) { RedirectStandardOutput = true };
        start.Environment["Jangteo__Port"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["Jangteo__DataFolder"] = data;
        start.Environment["Jangteo__LogLevel"] = "Warning";
        start.Environment["Jangteo__Limits__PerPersonPerSecond"] = "0";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                Console.Error.WriteLine(line.Data);
            }
        };
        process.BeginOutputReadLine();
        var address = new Uri($"http://localhost:{port}");
        using var http = new HttpClient { BaseAddress = address };
        for (var deadline = Stopwatch.StartNew(); ;)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), ct);
                if (answer.IsSuccessStatusCode)
                {
                    break;
                }
            }
            catch (HttpRequestException) when (deadline.Elapsed < TimeSpan.FromSeconds(30) && !process.HasExited)
            {
                // Not listening yet.
            }

            await Task.Delay(50, ct);
        }

        var run = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(data, "run.json"), ct))!;
        return new ServerUnderTest(process, data, address, run["database"]!.GetValue<string>());
    }

    /// <summary>A client signed in as a person of the sandbox, and the person's id.</summary>
    public async Task<(HttpClient Http, Guid Id)> SignIn(string person, SocketsHttpHandler handler, CancellationToken ct)
    {
        var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = Address };
        using var answer = await http.PostAsJsonAsync("/api/session", new { person }, ct);
        answer.EnsureSuccessStatusCode();
        var session = (await answer.Content.ReadFromJsonAsync<JsonNode>(ct))!;
        http.DefaultRequestHeaders.Authorization = new("Bearer", session["token"]!.GetValue<string>());
        return (http, session["person"]!["id"]!.GetValue<Guid>());
    }

    /// <summary>Waits until every backend has told what it did.</summary>
    public Task SettleStatistics(CancellationToken ct) => Task.Delay(StatisticsDelay, ct);

    public async Task<Costs> ReadCosts(CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(Admin);
        await using var connection = await source.OpenConnectionAsync(ct);
        var tables = new Dictionary<string, Wrote>();
        await using (var command = new NpgsqlCommand("select schemaname || '.' || relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables", connection))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                tables[reader.GetString(0)] = new Wrote(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
            }
        }

        await using var commits = new NpgsqlCommand("select xact_commit from pg_stat_database where datname = current_database()", connection);
        return new Costs(tables, await PaidOut(ct), Convert.ToDouble(await commits.ExecuteScalarAsync(ct), CultureInfo.InvariantCulture), Ticks(process.Id) * MsPerTick, await PostgresTicks(connection, ct) * MsPerTick);
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
        if (!process.HasExited)
        {
            using var term = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
        Directory.Delete(data, recursive: true);
    }

    /// <summary>CPU ticks of the postmaster, of its children, and of those that have ended.</summary>
    private static async Task<long> PostgresTicks(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_backend_pid()", connection);
        var backend = (int)(await command.ExecuteScalarAsync(ct))!;
        var postmaster = int.Parse(Stat(backend)[1], CultureInfo.InvariantCulture);
        var children = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(pid => pid != postmaster && File.Exists($"/proc/{pid}/stat") && Stat(pid) is [_, var parent, ..] && parent == postmaster.ToString(CultureInfo.InvariantCulture));
        return Ticks(postmaster, withEnded: true) + children.Sum(pid => Ticks(pid));
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
