using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform.Machine;

namespace Jangteo.Split;

/// <summary>A place for a process that runs one module: its ports stay the same, whichever process is in it.</summary>
/// <param name="settings">What the process is told beside its place, as the names and values of settings.</param>
internal sealed class ModuleProcess(string module, int number, string splitFolder, IReadOnlyDictionary<string, string> settings, Action<string> say)
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LooksSoon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LooksLater = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly HttpClient Asking = new() { Timeout = TimeSpan.FromSeconds(2) };

    private CancellationTokenSource stopping = new();
    private Task keeping = Task.CompletedTask;

    public string Module => module;

    public string Name { get; } = $"{module}-{number}";

    public int Port { get; } = Ports.Free();

    public int InternalPort { get; } = Ports.Free();

    /// <summary>0 while there is none.</summary>
    public int ProcessId { get; private set; }

    public bool IsReady { get; private set; }

    /// <summary>How often a process has ended here without being told to.</summary>
    public int Deaths { get; private set; }

    public bool IsWanted { get; private set; }

    private string Log => Path.Combine(splitFolder, Name + ".log");

    public void Start()
    {
        IsWanted = true;
        stopping = new CancellationTokenSource();
        keeping = Keep();
    }

    /// <summary>Waits until it can be sent requests for the first time.</summary>
    /// <exception cref="UnavailableException">It ends instead, as it does when a setting is wrong.</exception>
    public async Task BecomesReady(CancellationToken ct)
    {
        while (!IsReady)
        {
            if (Deaths > 0)
            {
                throw new UnavailableException($"{Name} ended while starting:\n{Daemon.LastLines(Log)}\nIts whole log is {Log}.");
            }

            await Task.Delay(LooksSoon, ct);
        }
    }

    /// <summary>Stops it: what it has begun it ends.</summary>
    public async Task Stop()
    {
        IsWanted = false;
        await stopping.CancelAsync();
        await keeping;
    }

    /// <summary>Has a process running until it is stopped. One that ends by itself is followed by the next at once, or after a pause that doubles while lives are short.</summary>
    private async Task Keep()
    {
        var pause = TimeSpan.Zero;
        while (!stopping.IsCancellationRequested)
        {
            using var process = Launch();
            ProcessId = process.Id;
            var lived = Stopwatch.StartNew();
            await Watch(process);
            IsReady = false;
            if (stopping.IsCancellationRequested)
            {
                await End(process);
                break;
            }

            ProcessId = 0;
            Deaths++;
            say($"{Name} has ended by itself ({process.ExitCode}), and is started again.");
            pause = lived.Elapsed > ShortLife ? TimeSpan.Zero
                : pause == TimeSpan.Zero ? FirstPause
                : pause * 2 < LongestPause ? pause * 2
                : LongestPause;
            await Task.Delay(pause, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        ProcessId = 0;
    }

    /// <summary>Returns when it has ended or is to be stopped.</summary>
    private async Task Watch(Process process)
    {
        var exit = process.WaitForExitAsync(stopping.Token);
        while (!exit.IsCompleted)
        {
            IsReady = await AnswersReady();
            await Task.WhenAny(exit, Task.Delay(IsReady ? LooksLater : LooksSoon, stopping.Token));
        }
    }

    private async Task<bool> AnswersReady()
    {
        try
        {
            using var answer = await Asking.GetAsync(new Uri($"http://127.0.0.1:{Port}/health/ready"), stopping.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task End(Process process)
    {
        Posix.Signal(process.Id, Posix.Terminate);
        using var patience = new CancellationTokenSource(StopsWithin);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }

    private Process Launch()
    {
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ModuleProcess).Assembly.Location] : [];
        return Daemon.Start(null, Log, processFile: null, isDetached: true, Environment.ProcessPath!, program, SetEnvironment, Environment.CurrentDirectory);
    }

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        Set("Target", module);
        Set("Port", Port.ToString(CultureInfo.InvariantCulture));
        Set("InternalPort", InternalPort.ToString(CultureInfo.InvariantCulture));
        // Only the gateway, which runs on this machine, connects to it.
        Set("Listen", "localhost");
        Set("InternalListen", "");
        Set("DataFolder", Path.Combine(splitFolder, Name));
        foreach (var (name, value) in settings)
        {
            Set(name, value);
        }

        // The names of settings are read without regard to case, those of variables are not: the caller's must not stand beside ours.
        void Set(string name, string value)
        {
            var variable = $"Jangteo__{name}";
            foreach (var same in environment.Keys.Where(key => key.Equals(variable, StringComparison.OrdinalIgnoreCase)).ToList())
            {
                environment.Remove(same);
            }

            environment[variable] = value;
        }
    }
}
