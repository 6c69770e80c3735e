using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform;
using Jangteo.Platform.Machine;

namespace Jangteo.Split;

/// <summary>A place for a process that runs one module: its ports stay the same, whichever process is in it.</summary>
/// <param name="settings">What the process is told beside its place, as the names and values of settings.</param>
/// <param name="draining">How long it may take to stop.</param>
/// <param name="starts">Shared by all processes of a market.</param>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class ModuleProcess(
    string module, int number, string splitFolder, IReadOnlyDictionary<string, string> settings, DrainingSettings draining, StartTurns starts,
    Action<string> say)
{
    private const int TriesToStart = 3;

    /// <summary>A start that takes longer, as one does whose database is away, holds up no other.</summary>
    private static readonly TimeSpan HoldsUpOthersFor = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan BetweenSignals = TimeSpan.FromMilliseconds(50);

    /// <summary>What a process takes beside its notice and its requests: the host's own time, and as much again for the runtime to end.</summary>
    private static readonly TimeSpan EndsWithin = 2 * Serving.StopsWithin;

    private static readonly TimeSpan LooksSoon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LooksLater = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly HttpClient Asking = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly TimeSpan stopsWithin = draining.Notice + draining.Within + EndsWithin;
    private CancellationTokenSource stopping = new();
    private TaskCompletionSource replacing = new();
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

    /// <summary>The program that the next process runs: this one, or that of another release.</summary>
    public Release Release { get; set; } = Release.Own;

    private string Log => Path.Combine(splitFolder, Name + ".log");

    public void Start()
    {
        IsWanted = true;
        stopping = new CancellationTokenSource();
        keeping = Keep();
    }

    /// <summary>Throws the fault that has ended the watch over the process; without the watch it would not be restarted.</summary>
    public Task ThrowIfUnwatched() => keeping.IsFaulted ? keeping : Task.CompletedTask;

    /// <summary>Waits until it can be sent requests for the first time.</summary>
    /// <exception cref="UnavailableException">It ends again and again instead, as it does when a setting is wrong.</exception>
    public async Task BecomesReady(CancellationToken ct)
    {
        while (!IsReady)
        {
            // It may once end for a reason that passes: many processes that start at once wait for each other in the database.
            if (Deaths >= TriesToStart)
            {
                throw new UnavailableException($"{Name} ended while starting:\n{Daemon.LastLines(Log)}\nIts whole log is {Log}.");
            }

            if (!IsWanted)
            {
                throw new UnavailableException($"{Name} was stopped while it was starting.");
            }

            await Task.Delay(LooksSoon, ct);
        }
    }

    /// <summary>Stops it: what it has begun it ends. To be called when the gateway sends it nothing any more.</summary>
    public async Task Stop()
    {
        IsWanted = false;
        await stopping.CancelAsync();
        // The fleet reports a fault of the watch.
        await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Has another process follow the one that runs, which drains first; returns when the new one is ready.</summary>
    /// <exception cref="UnavailableException">The new one does not start.</exception>
    public async Task Replace(CancellationToken ct)
    {
        Deaths = 0;
        IsReady = false;
        // One that has just died is followed by the next anyway.
        replacing.TrySetResult();
        await BecomesReady(ct);
    }

    /// <summary>
    /// Has a process running until it is stopped. One that ends by itself, or has to be ended, is followed by the next at once, or after a
    /// pause that doubles while lives are short.
    /// </summary>
    private async Task Keep()
    {
        var pause = TimeSpan.Zero;
        while (!stopping.IsCancellationRequested)
        {
            using var turn = await TakeTurn();
            if (turn is null)
            {
                return;
            }

            // One that has not started yet need not be replaced.
            replacing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var process = Launch();
            ProcessId = process.Id;
            var lived = Stopwatch.StartNew();
            var ending = await Watch(process, turn);
            turn.Dispose();
            IsReady = false;
            switch (ending)
            {
                case Ending.Stopped:
                    await End(process, isSentRequests: false);
                    break;
                case Ending.Replaced or Ending.Troubled:
                    await End(process, isSentRequests: true);
                    break;
                case Ending.Hung:
                    process.Kill();
                    await process.WaitForExitAsync();
                    break;
            }

            ProcessId = 0;
            if (ending is Ending.Stopped or Ending.Replaced)
            {
                pause = TimeSpan.Zero;
                continue;
            }

            Deaths++;
            say($"{Name} {(ending == Ending.Ended ? $"has ended by itself ({process.ExitCode})" : "was ended")}, and is started again.");
            pause = lived.Elapsed > ShortLife ? TimeSpan.Zero
                : pause == TimeSpan.Zero ? FirstPause
                : pause * 2 < LongestPause ? pause * 2
                : LongestPause;
            await Task.Delay(pause, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits until it may start; null when it is stopped meanwhile.</summary>
    private async Task<IDisposable?> TakeTurn()
    {
        try
        {
            return await starts.Take(stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Returns when it has ended or is to be ended.</summary>
    /// <param name="turn">Is given back when the start is over.</param>
    private async Task<Ending> Watch(Process process, IDisposable turn)
    {
        var exit = process.WaitForExitAsync(stopping.Token);
        var hang = HangDetector.Of(process);
        var (began, readiness) = (Stopwatch.StartNew(), new Readiness());
        while (true)
        {
            var look = await LivenessProbe.Ask(Port, stopping.Token);
            IsReady = readiness.Note(look.Answer switch
            {
                LivenessAnswer.Live => await AnswersReady(),
                LivenessAnswer.Silent => null,
                _ => false,
            });
            if (IsReady || began.Elapsed > HoldsUpOthersFor)
            {
                turn.Dispose();
            }

            if (look.Answer == LivenessAnswer.Troubled)
            {
                say($"{Name} {look.Text}.");
                return Ending.Troubled;
            }

            if (!exit.IsCompleted && hang.Note(look.Answer))
            {
                say($"{Name} does not answer any more.");
                return Ending.Hung;
            }

            // One that is silent is asked again at once.
            var pause = look.Answer == LivenessAnswer.Silent ? TimeSpan.Zero : IsReady ? LooksLater : LooksSoon;
            await Task.WhenAny(exit, replacing.Task, Task.Delay(pause, stopping.Token));
            if (stopping.IsCancellationRequested)
            {
                return Ending.Stopped;
            }

            if (exit.IsCompleted)
            {
                return Ending.Ended;
            }

            if (replacing.Task.IsCompleted)
            {
                return Ending.Replaced;
            }
        }
    }

    /// <returns>Null when it does not answer in time.</returns>
    private async Task<bool?> AnswersReady()
    {
        try
        {
            using var answer = await Asking.GetAsync(new Uri($"http://127.0.0.1:{Port}/health/ready"), stopping.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <param name="isSentRequests">Whether the gateway has still to notice that it stops.</param>
    private async Task End(Process process, bool isSentRequests)
    {
        Posix.Signal(process.Id, Posix.Terminate);
        if (!isSentRequests)
        {
            // The second signal says that there is nothing to wait for. Of two at the same moment the system delivers one.
            await Task.Delay(BetweenSignals);
            Posix.Signal(process.Id, Posix.Terminate);
        }

        using var patience = new CancellationTokenSource(stopsWithin);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            say($"{Name} has not ended within {stopsWithin.TotalSeconds:0} s, and is killed.");
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private Process Launch() =>
        Daemon.Start(null, Log, processFile: null, isDetached: true, Release.Executable, Release.Words, SetEnvironment, Release.Folder);

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

    private enum Ending
    {
        /// <summary>It has ended by itself.</summary>
        Ended,

        /// <summary>None is wanted here any more.</summary>
        Stopped,

        /// <summary>Another is to follow it.</summary>
        Replaced,

        /// <summary>It says that it has to be replaced.</summary>
        Troubled,

        /// <summary>It does not answer.</summary>
        Hung,
    }
}
