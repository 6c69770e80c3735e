using System.ComponentModel;
using System.Diagnostics;
using Jangteo.Platform.Machine;

namespace Jangteo.Gateway;

/// <summary>
/// An HAProxy of this program's own: the installed package with a configuration made for the occasion, started here and stopped here. It ends with this
/// program, also when that is killed.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class PrivateGateway : IAsyncDisposable
{
    /// <summary>
    /// Runs a program with its words in a log until our end of its input is closed: by us, or by the system when we are no more. Ends as the program did.
    /// What a shell runs in the background is given no input, hence the detour; Ctrl+C is for us, who then close it.
    /// </summary>
    private const string WhileWeLive =
        """
        trap '' INT
        exec 3<&0 >>"$1" 2>&1
        shift
        "$@" </dev/null 3<&- &
        program=$!
        { read -r never <&3; kill "$program"; } &
        wait "$program"
        ended=$?
        kill $!
        exit "$ended"
        """;

    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(5);

    private readonly Process process;

    private PrivateGateway(Process process, string log)
    {
        this.process = process;
        Log = log;
    }

    public bool IsRunning => !process.HasExited;

    /// <summary>Process number of HAProxy itself, for measuring what it uses.</summary>
    public int ProcessId { get; private set; }

    /// <summary>The file with what it says: every request that failed, and every process behind it that came or went.</summary>
    public string Log { get; }

    /// <summary>Starts it on a plan, with its files in a folder of its own. It listens when this returns; who is ready behind it, it then finds out.</summary>
    /// <exception cref="UnavailableException">HAProxy is not installed, or does not start.</exception>
    public static async Task<PrivateGateway> Start(GatewayPlan plan, string folder, CancellationToken ct = default)
    {
        var configuration = (await GatewayFiles.Make(plan)).Write(folder);
        var log = Path.Combine(folder, "haproxy.log");
        var gateway = new PrivateGateway(Launch(log, [Find(), "-f", configuration, "-db"]), log);
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var http = new HttpClient();
            while (!await Answers(http, new Uri($"http://127.0.0.1:{plan.MetricsPort}/"), ct))
            {
                if (!gateway.IsRunning || Stopwatch.GetElapsedTime(began) > StartsWithin)
                {
                    throw new UnavailableException($"HAProxy does not start. It said:\n{string.Join('\n', File.ReadLines(log).TakeLast(8))}");
                }

                await Task.Delay(LooksEvery, ct);
            }
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }

        gateway.ProcessId = Posix.Processes().FirstOrDefault(candidate => Posix.CommandLine(candidate) is [var program, "-f", var file, ..] && file == configuration && program.EndsWith("haproxy", StringComparison.Ordinal));
        return gateway;
    }

    /// <summary>Stops it at once; who still waits for an answer gets none. Harmless when it has stopped.</summary>
    public async Task Stop()
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(StopsWithin);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        process.Dispose();
    }

    private static Process Launch(string log, string[] words)
    {
        var start = new ProcessStartInfo("sh", ["-c", WhileWeLive, "sh", log, .. words]) { RedirectStandardInput = true };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new UnavailableException("There is no sh on this machine.", missing);
        }
    }

    /// <summary>Where Debian's package puts it, which is on the PATH of root only, or whatever PATH has.</summary>
    private static string Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/local/sbin");
        return folders.Select(folder => Path.Combine(folder, "haproxy")).FirstOrDefault(File.Exists)
            ?? throw new UnavailableException("HAProxy is not installed. Install it (on Debian and Ubuntu: apt-get install haproxy).");
    }

    /// <summary>Whether it answers, which it does when it listens everywhere.</summary>
    private static async Task<bool> Answers(HttpClient http, Uri address, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(address, ct);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
