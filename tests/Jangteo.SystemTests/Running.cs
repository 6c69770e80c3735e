using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jangteo.Platform.Machine;
using Jangteo.SystemTests.OpenApi;
using Jangteo.Tests.Beds;
using Npgsql;

[assembly: AssemblyFixture(typeof(Jangteo.SystemTests.SharedProgram))]

namespace Jangteo.SystemTests;

/// <summary>One program for all tests that do no more to it than people do. It starts when the first of them asks for it.</summary>
public sealed class SharedProgram : IAsyncDisposable
{
    private readonly Lazy<Task<JangteoProgram>> running = new(() => JangteoProgram.Start());

    public Task<JangteoProgram> Running => running.Value;

    public async ValueTask DisposeAsync()
    {
        if (running.IsValueCreated)
            await (await running.Value).DisposeAsync();
        MadeMarkets.Remove();
    }
}

/// <summary>
/// The real program as it was built, in a process of its own with its own data folder, database and port. It can be killed, and started again on what it left.
/// </summary>
public class JangteoProgram : IAsyncDisposable
{
    // One program or ten, on a machine that may have two processors and other work.
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan DiesWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(20);
    private static readonly MadeDatabase ofOneProcess = MadeMarkets.InOneProcess();

    /// <summary>For tests about a database that is away: the time limits that the program has outside of tests.</summary>
    public static readonly (string Name, string Value)[] UsualDatabaseTimeouts =
    [
        ("DatabaseTimeouts:Answer", "1s"), ("DatabaseTimeouts:Lock", "1200ms"),
    ];

    private (string Name, string Value)[] settings;
    private Process? process;

    /// <summary>Has a folder, and does not run yet.</summary>
    private protected JangteoProgram((string Name, string Value)[] settings)
    {
        Folder = TestFolder.New();
        this.settings = settings;
        Anonymous = new HttpClient();
    }

    /// <summary>Its data folder.</summary>
    public string Folder { get; }

    /// <summary>What is run at the next start: the program as built, or a copy that a test has changed.</summary>
    public string Release { get; set; } = Dll;

    /// <summary>Asks as nobody. Its base address follows the program when that starts again.</summary>
    public HttpClient Anonymous { get; private set; }

    public Uri Address => Anonymous.BaseAddress!;

    /// <summary>How long the last start took, from exec to ready.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Process number of the program, for measuring what it uses.</summary>
    public int ProcessId => process?.Id ?? throw new InvalidOperationException("The program does not run.");

    /// <summary>What it has noted of itself, while it runs.</summary>
    internal RunFile? Run => RunFile.OfRunning(Folder);

    /// <summary>What its data folder begins with.</summary>
    private protected virtual MadeDatabase Made => ofOneProcess;

    /// <summary>The command it is started with; without one it serves.</summary>
    private protected virtual string[] Command => [];

    /// <summary>Everything it said, over all its starts.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string Host => settings.FirstOrDefault(setting => setting.Name == "Listen").Value ?? "localhost";

    private string LogFile => Path.Combine(Folder, "program.log");

    /// <summary>Starts it on an empty data folder and waits until it is ready.</summary>
    /// <param name="settings">Over the file of the repository: <c>("Questions:Timeout", "200ms")</c>.</param>
    public static Task<JangteoProgram> Start(params (string Name, string Value)[] settings) => Started(() => new JangteoProgram(settings));

    private protected static async Task<T> Started<T>(Func<T> make)
        where T : JangteoProgram
    {
        await TestFolder.Swept;
        var program = make();
        try
        {
            await program.Made.CopyTo(program.Folder);
            await program.StartAgain();
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }

        return program;
    }

    /// <summary>Starts it on what it left, and waits until it is ready.</summary>
    /// <param name="port">Where it listens; 0 is a port that is free.</param>
    public async Task StartAgain(int port = 0)
    {
        var clock = Stopwatch.StartNew();
        await Begin(port);
        while (!await IsReady())
        {
            if (process!.HasExited)
                throw new InvalidOperationException($"The program ended with {process.ExitCode} while starting:\n{Log}");
            if (clock.Elapsed > StartsWithin)
                throw new TimeoutException($"The program was not ready within {StartsWithin}:\n{Log}");
            await Task.Delay(LooksEvery);
        }

        Took = clock.Elapsed;
    }

    /// <summary>The same with other settings, which it keeps from then on.</summary>
    public Task StartAgainWith(params (string Name, string Value)[] other)
    {
        settings = other;
        return StartAgain();
    }

    /// <summary>The same, and does not wait until it is ready.</summary>
    public async Task Begin(int port = 0)
    {
        if (process is { HasExited: false })
            throw new InvalidOperationException("The program runs; kill or stop it first.");

        var before = Anonymous;
        Anonymous = NewClient(new Uri($"http://{Host}:{(port == 0 ? Ports.Free() : port)}"));
        before.Dispose();
        process = Launch();
        await File.WriteAllTextAsync(Path.Combine(Folder, "program.process"), process.Id.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A person of the sandbox, signed in. The client is the caller's to keep; it speaks to this start of the program only.</summary>
    public async Task<HttpClient> As(string person)
    {
        var answer = await Anonymous.PostAsJsonAsync("/api/session", new { person });
        var session = JsonNode.Parse(await answer.Content.ReadAsStringAsync());
        Assert.True(answer.IsSuccessStatusCode, $"{person} cannot sign in: {session}");
        var client = NewClient(Address);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)session!["token"]!);
        return client;
    }

    /// <summary>As by <c>kill -9</c> or a loss of power to the process: nothing of its own runs any more. Its database lives on until the next start adopts it.</summary>
    public async Task Kill()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Waits until the process has died of itself.</summary>
    public async Task Died()
    {
        using var patience = new CancellationTokenSource(DiesWithin);
        await process!.WaitForExitAsync(patience.Token);
    }

    /// <summary>As by <c>kill</c> or Ctrl+C; answers the exit code.</summary>
    public async Task<int> Stop(int signal = Posix.Terminate)
    {
        Posix.Signal(process!.Id, signal);
        using var patience = new CancellationTokenSource(StopsWithin);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Anonymous.Dispose();
        try
        {
            if (process is { HasExited: false })
                await Stop();
        }
        finally
        {
            if (process is { HasExited: false })
                await Kill();
            process?.Dispose();
            await TestFolder.Remove(Folder);
        }
    }

    /// <summary>What the program says of its own API.</summary>
    internal Task<ApiDescription> ApiDocument()
    {
        var conforming = NewHandler();
        return conforming.Document(Address);
    }

    /// <summary>Its private database, past the program.</summary>
    internal async Task<NpgsqlDataSource> Database()
    {
        var run = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "run.json"), TestContext.Current.CancellationToken))!;
        return NpgsqlDataSource.Create((string)run["database"]!);
    }

    /// <summary>The same, for a command that may fail; answers its exit code and everything it said.</summary>
    internal async Task<(int Code, string Said)> TryCommand(params string[] command)
    {
        var (code, said, complained) = await Ran(command);
        return (code, said + complained);
    }

    /// <summary>A client of nobody, the caller's to keep.</summary>
    internal HttpClient NewClient() => NewClient(Address);

    /// <summary>Runs one of the program's commands beside it, on the same data folder. Answers what it said.</summary>
    internal async Task<string> RunCommand(params string[] command)
    {
        var (code, said, complained) = await Ran(command);
        return code == 0 ? said : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {code}: {said}{complained}");
    }

    /// <summary>Every request and answer is compared with the API document.</summary>
    internal HttpClient NewClient(Uri address) => new(NewHandler()) { BaseAddress = address };

    private Conforming NewHandler() => new(string.Join(',', settings), new SocketsHttpHandler { UseCookies = false });

    /// <summary>The program as built beside these tests.</summary>
    internal static string Dll { get; } = Path.Combine(
        Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Parent!.FullName, "Jangteo", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Jangteo.dll");

    /// <summary>The source tree the program was built from.</summary>
    internal static string Root { get; } = Directory.GetParent(Dll)!.Parent!.Parent!.Parent!.Parent!.FullName;

    // What it says goes to a file and not to a pipe, so that it is there after a kill and nobody has to read along.
    private Process Launch() =>
        Process.Start(Configured(
            "sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", LogFile, "dotnet", Release, .. Command]))!;

    private async Task<(int Code, string Said, string Complained)> Ran(string[] command)
    {
        var start = Configured("dotnet", [Dll, .. command]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var running = Process.Start(start)!;
        var (said, complained) = (running.StandardOutput.ReadToEndAsync(), running.StandardError.ReadToEndAsync());
        await running.WaitForExitAsync();
        return (running.ExitCode, await said, await complained);
    }

    private ProcessStartInfo Configured(string file, string[] words)
    {
        var start = new ProcessStartInfo(file, words) { WorkingDirectory = Root };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("Jangteo__", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        // No gateway has to notice that it stops, unless the test is about that.
        // And a database that is slow because the machine is busy with tests is not to be taken for one that hangs.
        (string Name, string Value)[] patient = [("Draining:Notice", "0s"), ("DatabaseTimeouts:Answer", "10s"), ("DatabaseTimeouts:Lock", "10s")];
        (string Name, string Value)[] place = [("DataFolder", Folder), ("Port", Address.Port.ToString(CultureInfo.InvariantCulture))];
        foreach (var (name, value) in place.Concat(patient).Concat(settings))
            start.Environment["Jangteo__" + name.Replace(":", "__")] = value;
        // It lives for some seconds: what it would learn about itself to be faster later costs now and is never used.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return start;
    }

    /// <summary>Whether it can be asked things now.</summary>
    private protected virtual async Task<bool> IsReady()
    {
        using var patience = new CancellationTokenSource(AnswersWithin);
        try
        {
            using var answer = await Anonymous.GetAsync("/health/ready", patience.Token);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
        {
            // It does not listen yet, or has too much to do.
            return false;
        }
    }
}
