using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Jangteo.Platform.Machine;

namespace Jangteo.Platform.Broker;

/// <summary>
/// The program's own RabbitMQ: the installed package, run on loopback with ports and files of its own, started with the program and stopped with it.
/// When the program is killed the broker lives on, and the next program on the same data folder adopts it.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class PrivateBroker : IAsyncDisposable
{
    private const string Node = "jangteo@localhost";

    /// <summary>A port at which no machine of today answers (tcpmux).</summary>
    private const string NobodysPort = "1";

    // Reading its own code takes it some seconds of processor time; past this something hangs.
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(10);

    private readonly FileStream claim;
    private readonly KeptServer server;

    private PrivateBroker(FileStream claim, Place place, Server running, Action<string>? say)
    {
        this.claim = claim;
        Adopted = running.Child is null;
        Address = $"amqp://jangteo:{place.Password}@127.0.0.1:{place.Port}/";
        server = new KeptServer("RabbitMQ", running, async () => await Adopt(place, CancellationToken.None) ?? await StartAnew(place, CancellationToken.None), say);
        server.Keep();
    }

    /// <summary>Where clients reach it, with the password of its one user. It stays the same over restarts.</summary>
    public string Address { get; }

    /// <summary>True when the broker was already running: the program before this one was killed.</summary>
    public bool Adopted { get; }

    /// <summary>Process number of the broker, for measuring what it uses.</summary>
    public int ProcessId => server.ProcessId;

    /// <summary>Has the broker of this data folder running, and ready to be connected to, when it returns.</summary>
    /// <param name="say">Is told what takes long or is not where one would look for it, a line each.</param>
    /// <exception cref="UnavailableException">It cannot be had; the message says why and what to do.</exception>
    public static async Task<PrivateBroker> Start(string dataFolder, Action<string>? say, CancellationToken ct)
    {
        if (!OperatingSystem.IsLinux())
            throw new UnavailableException("A private RabbitMQ is started on Linux only. Run one yourself and name it in Jangteo__Broker.");

        dataFolder = Path.GetFullPath(dataFolder);
        var claim = Claim.Of(dataFolder, "rabbitmq.lock");
        try
        {
            var folder = PrivateFolder.For(dataFolder, "rabbitmq", "message broker", "rabbitmq-server");
            if (folder.Remark is { } remark)
                say?.Invoke(remark);
            var place = Place.Of(folder);
            var running = await Adopt(place, ct);
            if (running is null && !place.IsFree)
                place = Place.Elsewhere(folder);
            return new PrivateBroker(claim, place, running ?? await StartAnew(place, ct), say);
        }
        catch
        {
            await claim.DisposeAsync();
            throw;
        }
    }

    /// <summary>Removes everything that the broker of a data folder keeps, while it does not run. One that was left running is stopped.</summary>
    /// <exception cref="UnavailableException">Somebody uses it.</exception>
    public static async Task Forget(string dataFolder, Action<string>? say, CancellationToken ct)
    {
        dataFolder = Path.GetFullPath(dataFolder);
        var folder = PrivateFolder.For(dataFolder, "rabbitmq", "message broker", "rabbitmq-server").Folder;
        var processFile = Path.Combine(folder, "process");
        if (File.Exists(processFile) && int.TryParse(await File.ReadAllTextAsync(processFile, ct), out var left) && Posix.IsAlive(left))
        {
            await (await Start(dataFolder, say, ct)).DisposeAsync();
        }

        await using var claim = Claim.Of(dataFolder, "rabbitmq.lock");
        var kept = Path.Combine(folder, "mnesia");
        if (Directory.Exists(kept))
            Directory.Delete(kept, recursive: true);
    }

    /// <summary>Stops the broker: what it has confirmed is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        if (await server.Stop(broker => Posix.Signal(broker, Posix.Terminate)))
            await claim.DisposeAsync();
    }

    /// <summary>The broker that a killed program left running, or null when none does.</summary>
    private static async Task<Server?> Adopt(Place place, CancellationToken ct)
    {
        if (!File.Exists(place.ProcessFile) || !int.TryParse(await File.ReadAllTextAsync(place.ProcessFile, ct), out var left))
            return null;

        // One that is still starting will answer, and one that is stopping will be gone.
        var slow = Stopwatch.StartNew();
        while (Posix.IsAlive(left) && Posix.CommandLine(left).Any(word => word.StartsWith(place.Folder, StringComparison.Ordinal)))
        {
            if (await Ports.Answers(place.Port, ct))
                return new Server(left, null);
            if (slow.Elapsed > StartsWithin)
                throw new UnavailableException($"A RabbitMQ of this data folder (process {left}) runs and does not answer. End it, and look at {place.Log}.");
            await Task.Delay(LooksEvery, ct);
        }

        return null;
    }

    private static async Task<Server> StartAnew(Place place, CancellationToken ct)
    {
        if (!place.IsFree)
            throw new UnavailableException($"Another program listens at port {place.Port} or {place.NodePort}, where the message broker was and has to be again.");

        var child = Daemon.Start(place.Account, place.Log, place.ProcessFile, isDetached: true, FindServer(), [], environment => SetEnvironment(environment, place));
        var slow = Stopwatch.StartNew();
        try
        {
            while (!await Ports.Answers(place.Port, ct))
            {
                if (child.HasExited)
                    throw new UnavailableException($"RabbitMQ stopped while starting:\n{Daemon.LastLines(place.Log)}\nIts whole log is {place.Log}.");
                if (slow.Elapsed > StartsWithin)
                    throw new UnavailableException($"RabbitMQ was not ready within {StartsWithin.TotalSeconds} s. Its log is {place.Log}.");
                await Task.Delay(LooksEvery, ct);
            }
        }
        catch
        {
            Posix.Signal(child.Id, Posix.Terminate);
            await Task.WhenAny(child.WaitForExitAsync(CancellationToken.None), Task.Delay(StopsWithin, CancellationToken.None));
            if (!child.HasExited)
                child.Kill();
            throw;
        }

        return new Server(child.Id, child);
    }

    private static void SetEnvironment(IDictionary<string, string?> environment, Place place)
    {
        // What somebody has set for another RabbitMQ is not for this one, and the secrets of the program are none of its business.
        foreach (var name in environment.Keys.Where(name => name.StartsWith("RABBITMQ_", StringComparison.Ordinal) || name.StartsWith("ERL_", StringComparison.Ordinal) || name.StartsWith("Jangteo__", StringComparison.OrdinalIgnoreCase)).ToList())
            environment.Remove(name);

        environment["HOME"] = place.Home;
        // The script becomes the broker instead of waiting for it, so that the process we start is the one that is stopped by a signal.
        environment["RUNNING_UNDER_SYSTEMD"] = "true";
        environment["RABBITMQ_NODENAME"] = Node;
        environment["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(place.Folder, "none");
        environment["RABBITMQ_CONFIG_FILE"] = place.Configuration;
        environment["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(place.Folder, "none");
        environment["RABBITMQ_ENABLED_PLUGINS_FILE"] = place.Plugins;
        environment["RABBITMQ_MNESIA_BASE"] = Path.Combine(place.Folder, "mnesia");
        environment["RABBITMQ_LOG_BASE"] = place.Folder;
        environment["RABBITMQ_LOGS"] = "-";
        // Two schedulers are as many as a broker beside its clients needs, and it does not burn the processor while it waits.
        environment["RABBITMQ_SERVER_ERL_ARGS"] = "+P 65536 +t 1048576 +S 2:2 +A 1 +sbwt none +sbwtdcpu none +sbwtdio none";
        // Alone it needs no epmd, the daemon by which nodes find each other: it would listen for all the machine, and outlive us. RabbitMQ watches over it
        // and would start one after a minute, so the watch is ended.
        environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            $"-sname {Node} -start_epmd false -erl_epmd_port {place.NodePort} -kernel inet_dist_use_interface {{127,0,0,1}} -eval supervisor:terminate_child(rabbit_sup,rabbit_epmd_monitor_sup).";
        // It asks for epmd nevertheless, and goes on without it when nobody is there. At a port where somebody is who does not answer, itself included, it would wait for ten seconds.
        environment["ERL_EPMD_PORT"] = NobodysPort;
    }

    /// <summary>The installed server, where Debian's package puts it or else whatever PATH has.</summary>
    private static string FindServer()
    {
        // What Debian has on PATH wants to be called by root, and keeps its files in one place.
        string[] candidates = ["/usr/lib/rabbitmq/bin", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')];
        return candidates.Select(folder => Path.Combine(folder, "rabbitmq-server")).FirstOrDefault(File.Exists)
            ?? throw new UnavailableException("RabbitMQ is not installed. Install it (apt-get install rabbitmq-server), or name a running one in Jangteo__Broker.");
    }

    /// <summary>Where the broker keeps its files, and where it listens.</summary>
    private sealed record Place(string Folder, (uint User, uint Group)? Account, string Password, int Port, int NodePort)
    {
        public string Home => Path.Combine(Folder, "home");
        public string Log => Path.Combine(Folder, "log");
        public string ProcessFile => Path.Combine(Folder, "process");
        public string PortsFile => Path.Combine(Folder, "ports");
        public string Configuration => Path.Combine(Folder, "rabbitmq.conf");
        public string Plugins => Path.Combine(Folder, "enabled_plugins");

        /// <summary>True when nobody listens where it wants to.</summary>
        public bool IsFree => Ports.IsFree(Port) && Ports.IsFree(NodePort);

        /// <summary>The same place with other ports, because somebody has got those it had.</summary>
        public static Place Elsewhere(PrivateFolder folder)
        {
            File.Delete(Path.Combine(folder.Folder, "ports"));
            return Of(folder);
        }

        /// <summary>Finds the place and writes what the broker reads at its start; password and ports stay what they were.</summary>
        public static Place Of(PrivateFolder folder)
        {
            var place = new Place(folder.Folder, folder.Account, "", 0, 0);
            PrivateFolder.Make(place.Home, place.Account);
            var passwordFile = Path.Combine(place.Folder, "password");
            if (!File.Exists(passwordFile))
                place.Write(passwordFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
            if (!File.Exists(place.PortsFile))
                place.Write(place.PortsFile, string.Create(CultureInfo.InvariantCulture, $"{Ports.Free()} {Ports.Free()}"));

            var ports = File.ReadAllText(place.PortsFile).Split(' ');
            place = place with { Password = File.ReadAllText(passwordFile), Port = int.Parse(ports[0], CultureInfo.InvariantCulture), NodePort = int.Parse(ports[1], CultureInfo.InvariantCulture) };
            place.Write(place.Plugins, "[].\n");
            place.Write(place.Configuration, $"""
                listeners.tcp.1 = 127.0.0.1:{place.Port}
                default_user = jangteo
                default_pass = {place.Password}
                log.file = false
                log.console = true
                log.console.level = warning
                vm_memory_high_watermark.absolute = 512MB
                disk_free_limit.absolute = 100MB
                raft.wal_max_size_bytes = 64000000

                """);
            return place;
        }

        private void Write(string file, string text)
        {
            File.WriteAllText(file + ".new", text);
            HostSystem.Here.KeepPrivate(file + ".new");
            if (Account is { } account)
                Posix.Give(file + ".new", account);
            File.Move(file + ".new", file, overwrite: true);
        }
    }
}
