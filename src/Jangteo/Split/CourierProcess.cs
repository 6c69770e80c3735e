using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Jangteo.Platform;
using Jangteo.Platform.Machine;

namespace Jangteo.Split;

/// <summary>
/// The courier (services/courier) of a split market, with a Redis of its own: started together, each started again when it dies. Redis writes
/// each change to disk before it confirms it, so that a courier that was killed finds what it had begun.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class CourierProcess : IAsyncDisposable
{
    private const string Redis = "redis-server";
    private const string Routes = "COURIER_ROUTES";

    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(20);

    private readonly KeptServer redis;
    private readonly KeptServer courier;

    private CourierProcess(KeptServer redis, KeptServer courier, int redisPort, int port, string secret)
    {
        (this.redis, this.courier) = (redis, courier);
        (RedisPort, Port) = (redisPort, port);
        Settings = new Dictionary<string, string>
        {
            ["Notices__Carrier__Address"] = $"http://127.0.0.1:{port}",
            ["Notices__Carrier__Secret"] = secret,
        };
    }

    public int Port { get; }

    public int RedisPort { get; }

    /// <summary>What the processes of modules are told of it.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Its processes, for whoever looks at what runs.</summary>
    public IReadOnlyList<RunningProcess> Processes =>
    [
        new("courier", null, courier.ProcessId, Port, null, Posix.IsAlive(courier.ProcessId)),
        new("redis", null, redis.ProcessId, RedisPort, null, Posix.IsAlive(redis.ProcessId)),
    ];

    /// <summary>
    /// Whether a market starts one: where it is asked for, and outside of the sandbox where no other carrier is named. In the sandbox the
    /// phone carries SMS.
    /// </summary>
    public static bool IsWanted(Settings settings) =>
        settings.Notices.Carrier.Address == CarrierSettings.Private
        || (settings.Notices.Carrier.Address.Length == 0 && !settings.Sandbox);

    /// <summary>Has both running and ready when it returns. Variables COURIER_... of this program's environment name its providers.</summary>
    /// <param name="market">Where the market answers, for reports.</param>
    /// <exception cref="UnavailableException">Redis, Node or the built courier is missing, or one of them does not start.</exception>
    public static async Task<CourierProcess> Start(
        Settings settings, string splitFolder, string market, Action<string> say, CancellationToken ct)
    {
        var program = Path.GetFullPath(Path.Combine("services", "courier", "dist", "main.js"));
        if (!File.Exists(program))
        {
            throw new UnavailableException($"{program} is missing. Build the courier: cd services/courier && npm ci --ignore-scripts && npm run build");
        }

        var (redisPort, port) = (Ports.Free(), Ports.Free());
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var data = Path.Combine(splitFolder, "redis");
        Directory.CreateDirectory(data);
        var redis = await Kept(Redis, () => StartRedis(data, redisPort, ct), say);
        try
        {
            var told = new Dictionary<string, string>
            {
                ["LISTEN"] = "127.0.0.1",
                ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
                ["REDIS"] = string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{redisPort}/0"),
                ["SECRET"] = secret,
                ["REPORTS_TO"] = $"{market}/api/carrier/reports",
            };
            if (settings.Sandbox && Environment.GetEnvironmentVariable(Routes) is null)
            {
                // In the sandbox the courier writes messages to a file. Elsewhere the operator must choose a provider.
                told["ROUTES"] = "sms=file, email=file";
            }

            var courier = await Kept("The courier", () => StartCourier(program, splitFolder, port, told, ct), say);
            return new CourierProcess(redis, courier, redisPort, port, secret);
        }
        catch
        {
            await redis.Stop(HostSystem.Here.Terminate);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await courier.Stop(HostSystem.Here.Interrupt);
        await redis.Stop(HostSystem.Here.Terminate);
    }

    private static async Task<KeptServer> Kept(string name, Func<Task<Server>> start, Action<string> say)
    {
        var kept = new KeptServer(name, await start(), start, say);
        kept.Keep();
        return kept;
    }

    /// <summary>Redis, with files of this market.</summary>
    private static Task<Server> StartRedis(string folder, int port, CancellationToken ct)
    {
        string[] words =
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder,
            "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction",
        ];
        return Launch(new Program(Redis, "apt-get install redis-server", words), Path.Combine(folder, "log"), null, port, ct);
    }

    private static Task<Server> StartCourier(
        string program, string splitFolder, int port, Dictionary<string, string> told, CancellationToken ct) =>
        Launch(new Program("node", "Node 20 or newer", [program]), Path.Combine(splitFolder, "courier.log"), told, port, ct);

    /// <summary>Returns when it listens.</summary>
    private static async Task<Server> Launch(Program program, string log, Dictionary<string, string>? told, int port, CancellationToken ct)
    {
        var child = Daemon.Start(
            null, log, processFile: null, isDetached: true, program.Name, program.Words, environment => SetEnvironment(environment, told),
            Path.GetDirectoryName(log));
        var slow = Stopwatch.StartNew();
        while (!await Ports.Answers(port, ct))
        {
            if (child.HasExited || slow.Elapsed > StartsWithin)
            {
                child.Kill();
                throw new UnavailableException($"{program.Name} does not start; it needs {program.Needs}. It said:\n{Daemon.LastLines(log)}");
            }

            await Task.Delay(LooksEvery, ct);
        }

        return new Server(child.Id, child);
    }

    /// <summary>The settings of the market, with its passwords, are none of its business.</summary>
    private static void SetEnvironment(IDictionary<string, string?> environment, Dictionary<string, string>? told)
    {
        foreach (var name in environment.Keys.Where(name => name.StartsWith("Jangteo__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            environment.Remove(name);
        }

        foreach (var (name, value) in told ?? [])
        {
            environment[$"COURIER_{name}"] = value;
        }
    }

    /// <summary>What is started, and what it needs where it is missing.</summary>
    private sealed record Program(string Name, string Needs, string[] Words);
}
