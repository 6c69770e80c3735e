using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Jangteo.Backups;
using Jangteo.Between;
using Jangteo.Gateway;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Postgres;
using Jangteo.Platform.Storing;

namespace Jangteo.Split;

/// <summary>
/// Every module as a process of its own, or several, with a database each, RabbitMQ between them and HAProxy in front: started together, each started again when it dies,
/// stopped together.
/// </summary>
/// <param name="release">The program that the processes run, until <see cref="Restart"/> names another.</param>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class Fleet(Settings settings, IReadOnlyDictionary<string, int> replicas, Release release, Action<string> say) : IAsyncDisposable
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RestartsAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AsksGatewayEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>The gateway checks a process twice a second, with a time-out of 1.2 s. If the gateway is down, replacing goes on after this.</summary>
    private static readonly TimeSpan GatewayNoticesWithin = TimeSpan.FromSeconds(10);

    private readonly string dataFolder = Path.GetFullPath(settings.DataFolder);
    private readonly CancellationTokenSource stopping = new();
    private readonly StartTurns starts = new(Math.Max(2, Environment.ProcessorCount));
    private FileStream? claim;
    private Guardian? guardian;
    private PrivatePostgres? postgres;
    private PrivateBroker? broker;
    private PrivateGateway? gateway;
    private CourierProcess? courier;
    private GatewayPlan? plan;
    private Task following = Task.CompletedTask;
    private Task restarting = Task.CompletedTask;
    private RunFile? run;

    /// <summary>The places for processes, by module.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ModuleProcess>> Places { get; private set; } = new Dictionary<string, IReadOnlyList<ModuleProcess>>();

    public string Address => settings.PublicAddresses.UrlHere(settings.Port);

    public string Broker { get; private set; } = "";

    public BrokerConnection ConnectToBroker() => new(Broker, settings.BrokerTls);

    /// <summary>Logs, and what each process notes about itself.</summary>
    public string Folder => Path.Combine(dataFolder, "split");

    /// <summary>Has everything running and ready when it returns.</summary>
    /// <exception cref="UnavailableException">Something cannot be had; the message says why and what to do.</exception>
    public async Task Start(CancellationToken ct)
    {
        Directory.CreateDirectory(Folder);
        claim = Claim.Of(dataFolder, "split.lock");
        Restart.ForgetRequested(Folder);
        Guardian.EndLeftovers(dataFolder);
        guardian = Guardian.Start(dataFolder);
        say("Starting PostgreSQL and RabbitMQ ...");
        var databases = Databases(ct);
        await Task.WhenAll(databases, StartBroker(ct));

        if (CourierProcess.IsWanted(settings))
        {
            say("Starting the courier and its Redis ...");
            courier = await CourierProcess.Start(settings, Folder, Address, say, ct);
        }

        foreach (var database in (await databases).Values.Where(address => address.Length > 0).Distinct())
        {
            // Each process would refuse it too, and be started again and again.
            await Database.BecomesUsable(database, ct);
        }

        plan = MakePlan(await databases);
        Replicas.Write(Folder, replicas);
        var wanted = Places.SelectMany(module => module.Value.Take(replicas.GetValueOrDefault(module.Key, 1))).ToList();
        say($"Starting {wanted.Count} processes and the gateway ...");
        gateway = await PrivateGateway.Start(plan, Path.Combine(Folder, "gateway"), ct);
        wanted.ForEach(place => place.Start());
        // The first that fails ends the waiting for the others.
        await Parallel.ForEachAsync(
            wanted, new ParallelOptions { MaxDegreeOfParallelism = wanted.Count, CancellationToken = ct },
            async (place, ct) => await place.BecomesReady(ct));
        await GatewayBecomesReady(ct);
        run = new RunFile(Environment.ProcessId, Address)
        {
            Databases = await databases,
            InternalAddress = InternalAddress,
            Broker = Broker,
        };
        await Note();
        following = Follow();
    }

    /// <summary>
    /// Supervises until this is disposed, and faults if supervision fails. The run must then end, because processes that die would no longer
    /// be restarted.
    /// </summary>
    public Task Supervision => following;

    /// <summary>What runs now, the servers last.</summary>
    public IReadOnlyList<RunningProcess> Processes() =>
    [
        .. Places.Values.SelectMany(places => places).Where(place => place.IsWanted).Select(place => new RunningProcess(place.Name, place.Module, place.ProcessId, place.Port, place.InternalPort, place.IsReady)),
        .. gateway is { } door ? [new RunningProcess("haproxy", null, door.ProcessId, plan!.Port, plan.InternalPort, door.IsRunning)] : Array.Empty<RunningProcess>(),
        .. courier?.Processes ?? [],
        .. broker is null ? Array.Empty<RunningProcess>() : [new RunningProcess("rabbitmq", null, broker.ProcessId, new Uri(Broker).Port, null, Posix.IsAlive(broker.ProcessId))],
        .. postgres is null ? Array.Empty<RunningProcess>() : [new RunningProcess("postgresql", null, postgres.ProcessId, null, null, Posix.IsAlive(postgres.ProcessId))],
    ];

    /// <summary>Kills RabbitMQ, and has it running again when what is done meanwhile is over.</summary>
    public async Task WithoutBroker(Func<Task> meanwhile, CancellationToken ct)
    {
        var away = broker ?? throw new InvalidOperationException("The broker is not this fleet's own.");
        Posix.Signal(away.ProcessId, Posix.Kill);
        await away.DisposeAsync();
        try
        {
            await meanwhile();
        }
        finally
        {
            broker = await PrivateBroker.Start(dataFolder, say, ct);
        }
    }

    /// <summary>Stops the processes of a module, and has as many running again when what is done meanwhile is over.</summary>
    public async Task Without(string module, Func<Task> meanwhile, CancellationToken ct)
    {
        var away = Places[module].Where(place => place.IsWanted).ToList();
        await Task.WhenAll(away.Select(place => place.Stop()));
        try
        {
            await meanwhile();
        }
        finally
        {
            away.ForEach(place => place.Start());
        }
    }

    /// <summary>Stops everything in the order of what depends on what: the gateway, the modules, the servers.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        // RunSplit reports a fault of the supervision. The processes and servers are stopped all the same.
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await restarting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (gateway is not null)
        {
            await gateway.DisposeAsync();
        }

        await Task.WhenAll(Places.Values.SelectMany(places => places).Where(place => place.IsWanted).Select(place => place.Stop()));
        if (courier is not null)
        {
            await courier.DisposeAsync();
        }

        await Task.WhenAll(broker?.DisposeAsync().AsTask() ?? Task.CompletedTask, postgres?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        guardian?.Dispose();
        stopping.Dispose();
        if (run is not null)
        {
            RunFile.Remove(dataFolder);
        }

        if (claim is not null)
        {
            await claim.DisposeAsync();
        }
    }

    private string InternalAddress => $"http://127.0.0.1:{plan!.InternalPort}";

    /// <summary>Where each module's database is, and that of what they share: those of the settings, or one each in a private PostgreSQL.</summary>
    private async Task<IReadOnlyDictionary<string, string>> Databases(CancellationToken ct)
    {
        string[] schemas = [.. Modules.All, Hosting.Common];
        if (Modules.All.Any(module => settings.DatabaseOf(module).Length > 0))
        {
            return schemas.ToDictionary(schema => schema, schema => schema == Hosting.Common ? settings.Database : settings.DatabaseOf(schema));
        }

        postgres = await PrivatePostgres.Start(dataFolder, say, ct);
        if (await MarketDatabases.HoldsMarket(postgres.AdminConnectionString, ct))
        {
            say("This data folder also holds the market of a program in one process. The two are apart: what is in one is not in the other.");
        }

        var made = await postgres.Databases([.. schemas.Select(Migrations.Login)], ct);
        return schemas.ToDictionary(schema => schema, schema => made[Migrations.Login(schema)]);
    }

    private async Task StartBroker(CancellationToken ct)
    {
        if (settings.Broker.Length > 0)
        {
            Broker = settings.Broker;
            return;
        }

        broker = await PrivateBroker.Start(dataFolder, say, ct);
        Broker = broker.Address;
        // Long before anything is said: RabbitMQ has the name of a new queue on disk half a second late, and a broker that is killed before that forgets the queue with all it holds.
        await using var connection = ConnectToBroker();
        await Durability.RefuseForgetfulBroker(connection, ct);
    }

    private GatewayPlan MakePlan(IReadOnlyDictionary<string, string> databases)
    {
        // The inner door is for processes of this machine only, so that it can give way to somebody who was there before.
        var internalPort = Ports.IsFree(settings.InternalPort) ? settings.InternalPort : Ports.Free();
        var serviceKey = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Places = Modules.All.ToDictionary(module => module, IReadOnlyList<ModuleProcess> (module) =>
        {
            var told = new Dictionary<string, string> { ["Broker"] = Broker, ["ServiceKey"] = serviceKey, ["Database"] = databases[Hosting.Common] };

            // The gateway of this market connects from this machine, and passes on what the proxies in front of it say.
            told["TrustedProxies"] = string.Join(
                ',', new[] { "localhost", settings.TrustedProxies }.Where(networks => networks.Length > 0));
            foreach (var (name, value) in courier?.Settings ?? new Dictionary<string, string>())
            {
                told[name] = value;
            }

            told[$"{module}__Database"] = databases[module];
            foreach (var other in Modules.All.Where(other => other != module))
            {
                told[$"{other}__Address"] = $"http://127.0.0.1:{internalPort}";
            }

            return
            [
                .. Enumerable.Range(1, Replicas.Most).Select(
                    number => new ModuleProcess(module, number, Folder, told, settings.Draining, starts, say) { Release = release }),
            ];
        });
        return new GatewayPlan
        {
            Modules = Places.ToDictionary(pair => pair.Key, IReadOnlyList<Replica> (pair) => [.. pair.Value.Select(place => new Replica("127.0.0.1", place.Port, place.InternalPort))]),
            Port = settings.Port,
            Hosts = settings.PublicAddresses.ToBind(),
            // Here localhost is the gateway. A proxy on this machine in front of it is written as 127.0.0.1.
            TrustedProxies = TrustedNetworks.Parse(
                string.Join(',', settings.TrustedProxies.Split(',', StringSplitOptions.TrimEntries).Except(["localhost"]))),
            InternalPort = internalPort,
            MetricsPort = Ports.Free(),
            AdminPort = Ports.Free(),
            Language = settings.Language,
            Sandbox = settings.Sandbox,
            // Whoever lifts the limit for a person measures, and measures from one address.
            PerAddressPerSecond = settings.Limits.PerPersonPerSecond == 0 ? 0 : new GatewayPlan { Modules = Places.ToDictionary(pair => pair.Key, IReadOnlyList<Replica> (_) => []) }.PerAddressPerSecond,
        };
    }

    private async Task GatewayBecomesReady(CancellationToken ct)
    {
        using var asking = new HttpClient();
        while (true)
        {
            using var answer = await asking.GetAsync(new Uri($"{Address}/health/ready"), ct);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(LooksEvery, ct);
        }
    }

    /// <summary>Sees to what changes: the gateway that dies, how many processes are wanted, and what is to be noted of it.</summary>
    private async Task Follow()
    {
        var seen = File.GetLastWriteTimeUtc(Replicas.FileIn(Folder));
        while (true)
        {
            await Task.Delay(LooksEvery, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            await Task.WhenAll(Places.Values.SelectMany(places => places).Select(place => place.ThrowIfUnwatched()));
            if (gateway is not { IsRunning: true })
            {
                await StartGatewayAgain();
            }

            // One after the other: a process that is being replaced must not be stopped meanwhile.
            if (restarting.IsCompleted && File.GetLastWriteTimeUtc(Replicas.FileIn(Folder)) is var written && written != seen)
            {
                seen = written;
                await Scale(Replicas.Parse(await File.ReadAllTextAsync(Replicas.FileIn(Folder)), least: 0).Counts);
            }

            if (restarting.IsCompleted && await Restart.Requested(Folder) is { } restart)
            {
                restarting = Replace(restart);
            }

            await Note();
        }
    }

    /// <summary>Replaces the processes one after the other, so that of each module all but one serve.</summary>
    private async Task Replace(Restart restart)
    {
        var (next, failure) = (restart.Release, (string?)null);
        try
        {
            foreach (var place in restart.Modules.SelectMany(module => Places[module]).Where(place => place.IsWanted))
            {
                say($"{place.Name} is replaced.");
                await Replace(place, next ?? place.Release);
            }
        }
        catch (UnavailableException failed)
        {
            failure = failed.Message;
            say(failure);
        }
        catch (OperationCanceledException)
        {
            failure = "The market was stopped meanwhile.";
        }

        await restart.Done(Folder, failure);
    }

    /// <exception cref="UnavailableException">The release does not start; the process is one of the release before again.</exception>
    private async Task Replace(ModuleProcess place, Release release)
    {
        var before = place.Release;
        place.Release = release;
        try
        {
            await Replace(place, stopping.Token);
        }
        catch (UnavailableException) when (release != before)
        {
            place.Release = before;
            await Replace(place, stopping.Token);
            throw;
        }
    }

    /// <summary>
    /// Replaces a process, and returns when the gateway sends requests to the new one. If the next process of the module were replaced earlier,
    /// the gateway would have no process of the module for a moment.
    /// </summary>
    /// <exception cref="UnavailableException">The new one does not start.</exception>
    public async Task Replace(ModuleProcess place, CancellationToken ct)
    {
        await place.Replace(ct);
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < GatewayNoticesWithin && !await GatewaySendsTo(place, ct);)
        {
            await Task.Delay(AsksGatewayEvery, ct);
        }
    }

    private async Task StartGatewayAgain()
    {
        say("HAProxy has ended by itself, and is started again.");
        try
        {
            // Nobody is to be shown, or asked of, one that is being cleared away; and when the next cannot be started there is none.
            if (Interlocked.Exchange(ref gateway, null) is { } ended)
            {
                await ended.DisposeAsync();
            }

            gateway = await PrivateGateway.Start(plan!, Path.Combine(Folder, "gateway"));
        }
        catch (UnavailableException failed)
        {
            say(failed.Message);
            await Task.Delay(RestartsAfter, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Starts processes, or stops some after the gateway has ceased to send them requests. The gateway knows all places and finds out who is there.</summary>
    private async Task Scale(IReadOnlyDictionary<string, int> wanted)
    {
        foreach (var (module, count) in wanted)
        {
            foreach (var (index, place) in Places[module].Index().Where(place => place.Item.IsWanted != place.Index < count))
            {
                await TellGateway(place, index < count ? "ready" : "drain");
                if (index < count)
                {
                    say($"{place.Name} is started.");
                    place.Start();
                }
                else
                {
                    say($"{place.Name} is stopped.");
                    await place.Stop();
                }
            }
        }
    }

    private Task<string> TellGateway(ModuleProcess place, string state) => AskGateway(
        $"set server {place.Module}/{place.Name} state {state}; set server {place.Module}-internal/{place.Name} state {state}",
        CancellationToken.None);

    /// <summary>Whether the gateway sends requests to a process, both public and internal ones.</summary>
    private async Task<bool> GatewaySendsTo(ModuleProcess place, CancellationToken ct)
    {
        // Columns of "show servers state", HAProxy's management guide: 2 is the backend, 4 the server, 6 its state, and 2 there is "running".
        var lines = (await AskGateway($"show servers state {place.Module}; show servers state {place.Module}-internal", ct)).Split('\n');
        return lines.Select(line => line.Split(' '))
            .Count(columns => columns.Length > 5 && columns[3] == place.Name && columns[5] == "2") == 2;
    }

    /// <summary>What the gateway answers to commands of an administrator; nothing when it is away.</summary>
    private async Task<string> AskGateway(string commands, CancellationToken ct)
    {
        try
        {
            using var admin = new TcpClient();
            await admin.ConnectAsync("127.0.0.1", plan!.AdminPort, ct);
            await using var stream = admin.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(commands + "\n"), ct);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadToEndAsync(ct);
        }
        catch (Exception away) when (away is SocketException or IOException)
        {
            // It is just starting again, and then finds out by itself.
            return "";
        }
    }

    private async Task Note()
    {
        var processes = Processes();
        if (run!.Processes is null || !processes.SequenceEqual(run.Processes))
        {
            run = run with { Processes = processes };
            await run.Write(dataFolder);
        }
    }
}
