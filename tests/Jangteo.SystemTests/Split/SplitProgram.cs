using System.Globalization;
using System.Net;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;
using Jangteo.Tests.Beds;

namespace Jangteo.SystemTests.Split;

/// <summary>One split market for all tests that leave it as they found it. They run one after the other, because each may stop what another needs.</summary>
public sealed class SharedSplit : IAsyncLifetime
{
    public SplitProgram Program { get; private set; } = null!;

    /// <summary>Where it sends its telemetry. Nobody is there but in the test that reads it.</summary>
    public string Collector { get; } = $"http://127.0.0.1:{Ports.Free()}";

    public async ValueTask InitializeAsync() =>
        Program = await SplitProgram.Start(("LogLevel", "Warning"), ("Limits:PerPersonPerSecond", "0"), ("Telemetry:Endpoint", Collector), ("Telemetry:Every", "1s"));

    /// <summary>When it is told to end, nothing runs on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Program is null)
            return;
        await using var ending = Program;
        var processes = ending.Processes.Select(process => process.Process).ToList();
        Assert.Equal(0, await ending.Stop());
        Assert.Equal(0, processes.Count(Posix.IsAlive));
    }
}

/// <summary>The tests that share it.</summary>
[CollectionDefinition(Tests)]
public sealed class SharingSplit : ICollectionFixture<SharedSplit>
{
    public const string Tests = "split";
}

/// <summary>
/// The real program with every module in a process of its own, RabbitMQ between them and a gateway in front. Any of them can be killed, and any module held down; clients speak to the gateway.
/// </summary>
public sealed class SplitProgram : JangteoProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly MadeDatabase ofModulesApart = MadeMarkets.Apart();

    private readonly string replicas;
    private readonly HttpClient asking = new() { Timeout = TimeSpan.FromSeconds(5) };

    private SplitProgram(string replicas, (string Name, string Value)[] settings)
        : base([("InternalPort", Ports.Free().ToString(CultureInfo.InvariantCulture)), .. settings]) => this.replicas = replicas;

    /// <summary>The gateway's inner door, through which the modules ask each other.</summary>
    public Uri InternalAddress => new(Run!.InternalAddress!);

    /// <summary>Every process of it, the servers too, as it notes them now.</summary>
    internal IReadOnlyList<RunningProcess> Processes => Run!.Processes!;

    private protected override MadeDatabase Made => ofModulesApart;

    private protected override string[] Command => ["split", .. replicas.Length > 0 ? new[] { "--replicas", replicas } : []];

    /// <summary>Starts one process of each module on an empty data folder and waits until all are ready.</summary>
    public static new Task<SplitProgram> Start(params (string Name, string Value)[] settings) => StartWith("", settings);

    /// <param name="replicas">How many processes of a module: <c>trading=2,views=3</c>; one of each that is not named.</param>
    public static Task<SplitProgram> StartWith(string replicas, params (string Name, string Value)[] settings) => Started(() => new SplitProgram(replicas, settings));

    /// <summary>The processes of a module.</summary>
    internal IReadOnlyList<RunningProcess> Of(string module) => [.. Processes.Where(process => process.Module == module)];

    /// <summary>As by <c>kill -9</c> of every process of a module. Each is started again; <see cref="Runs"/> waits for that.</summary>
    public Task Kill(string module) => Kill(Of(module));

    /// <summary>As by <c>kill -9</c> of a server: haproxy, rabbitmq, postgresql. It is started again too.</summary>
    public Task KillServer(string name) => Kill([.. Processes.Where(process => process.Name == name)]);

    /// <summary>Stops a module for as long as nobody starts it again: what it has begun it ends. Returns when the gateway asks it no more.</summary>
    public async Task Stop(string module)
    {
        await RunCommand("split", "scale", $"{module}=0");
        await Shop.Eventually(() => Doors(module), doors => doors is (HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), Patience);
    }

    /// <summary>As by <c>kill -9</c>, and nobody starts it again.</summary>
    public async Task Hold(string module)
    {
        await Kill(module);
        await Stop(module);
    }

    /// <summary>Starts a module that was stopped, or changes how many processes it has. Returns when the gateway asks them.</summary>
    public Task Start(string module, int count = 1) => Start([module], count);

    /// <summary>The same of several modules at once.</summary>
    public async Task Start(IReadOnlyList<string> modules, int count)
    {
        await RunCommand("split", "scale", string.Join(',', modules.Select(module => string.Create(CultureInfo.InvariantCulture, $"{module}={count}"))));
        await Task.WhenAll(modules.Select(Runs));
    }

    /// <summary>Waits until every process of a module is ready, and both doors of the gateway lead there.</summary>
    public Task Runs(string module) => Shop.Eventually(
        async () => (Processes: Of(module), Doors: await Doors(module)),
        seen => seen.Processes.Count > 0 && seen.Processes.All(process => process.IsReady && Posix.IsAlive(process.Process))
            && seen.Doors is (not null and not HttpStatusCode.ServiceUnavailable, not null and not HttpStatusCode.ServiceUnavailable),
        Patience);

    /// <summary>Waits until every module runs.</summary>
    public Task AllRun() => Task.WhenAll(Modules.All.Select(Runs));

    private protected override async Task<bool> IsReady() => Run?.Process == ProcessId && await base.IsReady();

    private static Task Kill(IReadOnlyList<RunningProcess> processes)
    {
        foreach (var process in processes)
            Posix.Signal(process.Process, Posix.Kill);
        return Shop.Eventually(() => Task.FromResult(processes.Count(process => Posix.IsAlive(process.Process))), alive => alive == 0, Patience);
    }

    /// <summary>What nobody in particular is told at the two doors of a module: that he must sign in, or that nobody is there. Null is a gateway that is away.</summary>
    private async Task<(HttpStatusCode? Public, HttpStatusCode? Internal)> Doors(string module) => (
        await Ask(new Uri(Address, module == Modules.Identity ? "/api/people/me" : $"/api/operator/{module}/parked")),
        await Ask(new Uri(InternalAddress, $"/internal/{module}/rest")));

    private async Task<HttpStatusCode?> Ask(Uri door)
    {
        try
        {
            using var answer = await asking.GetAsync(door);
            return answer.StatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
