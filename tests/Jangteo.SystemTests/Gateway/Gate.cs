using System.Diagnostics;
using System.Runtime.CompilerServices;
using Jangteo.Gateway;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;

namespace Jangteo.SystemTests.Gateway;

/// <summary>A real HAProxy, configured and started as the program does it, with its files in a folder that is gone afterwards.</summary>
internal sealed class Gate : IAsyncDisposable
{
    private readonly string folder;
    private readonly PrivateGateway gateway;

    private Gate(GatewayPlan plan, string folder, PrivateGateway gateway)
    {
        Plan = plan;
        this.folder = folder;
        this.gateway = gateway;
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public GatewayPlan Plan { get; }

    public Uri Address => new($"http://localhost:{Plan.Port}");

    /// <summary>Asks as nobody.</summary>
    public HttpClient Http { get; }

    public bool IsRunning => gateway.IsRunning;

    public string Log => File.ReadAllText(gateway.Log);

    /// <summary>Starts one with everything behind it in the processes that are named.</summary>
    public static Task<Gate> Start(params Replica[] replicas) => Start(new GatewayPlan { Modules = Everywhere(replicas), Sandbox = true });

    /// <summary>Starts one on a plan, at ports of its own.</summary>
    public static async Task<Gate> Start(GatewayPlan plan)
    {
        plan = AtFreePorts(plan);
        var folder = NewFolder();
        return new Gate(plan, folder, await PrivateGateway.Start(plan, folder));
    }

    public static GatewayPlan AtFreePorts(GatewayPlan plan) =>
        plan with { Port = Ports.Free(), InternalPort = Ports.Free(), MetricsPort = Ports.Free(), AdminPort = Ports.Free() };

    public static string NewFolder() => Directory.CreateTempSubdirectory("jangteo-gateway-").FullName;

    /// <summary>Every module in the same processes.</summary>
    public static Dictionary<string, IReadOnlyList<Replica>> Everywhere(params Replica[] replicas) => Modules.All.ToDictionary(module => module, IReadOnlyList<Replica> (_) => replicas);

    /// <summary>A running program as what stands behind it.</summary>
    public static Replica Of(JangteoProgram program) => new("127.0.0.1", program.Address.Port, program.Address.Port);

    public Task Stop() => gateway.Stop();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await gateway.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Another program that has a gateway and can be killed: this test program, started once more and told to do only that.</summary>
internal sealed class GateKeeper : IDisposable
{
    private const string Asked = "JANGTEO_TEST_KEEPS_GATE";
    private readonly Process process;

    private GateKeeper(Process process) => this.process = process;

    /// <summary>Starts it, with a gateway that listens at the port and has its files in the folder.</summary>
    public static async Task<GateKeeper> Start(int port, string folder)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(GateKeeper).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment[Asked] = $"{port} {folder}";
        var process = Process.Start(start)!;
        Assert.Equal("started", await process.StandardOutput.ReadLineAsync());
        return new GateKeeper(process);
    }

    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    [ModuleInitializer]
    internal static void KeepWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Asked)?.Split(' ') is not [var port, var folder])
            return;
        // Nothing of this assembly runs on another thread before this has ended, so what is waited for is all of another.
        var plan = Gate.AtFreePorts(new GatewayPlan { Modules = Gate.Everywhere(new Replica("127.0.0.1", 1, 1)) });
        _ = PrivateGateway.Start(plan with { Port = int.Parse(port) }, folder).GetAwaiter().GetResult();
        Console.WriteLine("started");
        Console.In.ReadToEnd();
        Environment.Exit(0);
    }
}
