using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Platform.Machine;
using Jangteo.Tests.Beds;

namespace Jangteo.SystemTests.Courier;

/// <summary>
/// The courier as it was built, with a Redis of its own and the file provider. It can be killed, and started again on what it left. Both end
/// with the tests, however these end.
/// </summary>
internal sealed class RealCourier : IAsyncDisposable
{
    public const string Secret = "a secret of both sides";

    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(20);

    private static readonly Lazy<Task<string>> Built = new(() => Run(
        """
        if [ package-lock.json -nt node_modules/.package-lock.json ]; then npm ci --ignore-scripts --no-audit --no-fund; fi
        npm run build --silent
        """));

    private readonly string folder = TestFolder.New();
    private readonly int port = Ports.Free();
    private readonly int redisPort = Ports.Free();
    private Process? redis;
    private Process? courier;

    public static string Source { get; } = Path.Combine(JangteoProgram.Root, "services", "courier");

    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>What has arrived, in the order in which it did.</summary>
    public IReadOnlyList<JsonNode> Messages => File.Exists(MessageFile) ? [.. File.ReadLines(MessageFile).Select(line => JsonNode.Parse(line)!)] : [];

    private string MessageFile => Path.Combine(folder, "messages.jsonl");

    /// <summary>Has the courier's packages and its built form, as <c>npm</c> makes them; packages that are there are not fetched again.</summary>
    public static Task Build() => Built.Value;

    /// <summary>Runs a line of a shell in the courier's folder; answers what it said.</summary>
    public static async Task<string> Run(string line)
    {
        var start = new ProcessStartInfo("sh", ["-ec", line]) { WorkingDirectory = Source, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NO_COLOR"] = "1";
        using var running = Process.Start(start)!;
        var said = string.Concat(await Task.WhenAll(running.StandardOutput.ReadToEndAsync(), running.StandardError.ReadToEndAsync()));
        await running.WaitForExitAsync();
        Assert.True(running.ExitCode == 0, said);
        return said;
    }

    public async Task Start()
    {
        redis ??= Launch(
            "redis-server",
            ["--port", $"{redisPort}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
        courier = Launch("node", [Path.Combine(Source, "dist", "main.js")]);
        using var http = new HttpClient();
        var clock = Stopwatch.StartNew();
        while (!await IsReady(http))
        {
            Assert.True(clock.Elapsed < StartsWithin, $"The courier was not ready within {StartsWithin}: {Log}");
            await Task.Delay(LooksEvery);
        }
    }

    /// <summary>As by the system: nothing of it runs any more. Its Redis does.</summary>
    public async Task Kill()
    {
        courier!.Kill();
        await courier.WaitForExitAsync();
        courier.Dispose();
        courier = null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { courier, redis }.OfType<Process>())
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await TestFolder.Remove(folder);
    }

    /// <summary>What the courier has said; its shell makes the file only when it runs.</summary>
    private string Log => File.Exists(LogOf("node")) ? File.ReadAllText(LogOf("node")) : "";

    private string LogOf(string program) => Path.Combine(folder, program + ".log");

    private async Task<bool> IsReady(HttpClient http)
    {
        Assert.False(courier!.HasExited, $"The courier ended: {Log}");
        try
        {
            using var answer = await http.GetAsync(new Uri($"{Address}/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    private Process Launch(string program, string[] words)
    {
        const string line = "log=$1; shift; exec setpriv --pdeathsig KILL \"$@\" >>\"$log\" 2>&1 </dev/null";
        var start = new ProcessStartInfo("sh", ["-c", line, "sh", LogOf(program), program, .. words]);
        foreach (var (name, value) in new[]
        {
            ("PORT", $"{port}"), ("REDIS", $"redis://127.0.0.1:{redisPort}/0"), ("SECRET", Secret), ("FILE", MessageFile), ("ROUTES", "sms=file, email=file"),
            ("LISTEN", "127.0.0.1"),
        })
        {
            start.Environment[$"COURIER_{name}"] = value;
        }

        return Process.Start(start)!;
    }
}
