using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform;

/// <summary>Work that goes on in the background for as long as the program runs: woken by its bell, asking by itself now and then, and never ended by a fault.</summary>
/// <param name="turn">One turn; answers how long to sleep at most before the next, zero when there is more to do.</param>
public sealed class Loop(string name, Bell bell, Func<CancellationToken, Task<TimeSpan>> turn, ILogger log) : BackgroundService
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    /// <summary>When the turn under way began or last made progress, as a timestamp of the machine's clock; 0 between turns.</summary>
    private long busySince;

    public string Name => name;

    /// <summary>
    /// Whether a turn may last for as long as it likes, as one that listens on a connection does. All others are bounded by the time-outs
    /// of what they call, so a turn that goes on for much longer is stuck.
    /// </summary>
    public bool HasLongTurns { get; init; }

    /// <summary>
    /// The first turn begins so long after the start, for looks that find nothing earlier: all loops that begin at once would each open a
    /// connection to the database.
    /// </summary>
    public TimeSpan BeginsAfter { get; init; }

    /// <summary>For how long the turn under way has made no progress; zero between turns.</summary>
    public TimeSpan WithoutProgress =>
        Volatile.Read(ref busySince) is var since && since != 0 ? TimeProvider.System.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>For a turn of many steps: another one is done.</summary>
    public void MakeProgress() => Volatile.Write(ref busySince, TimeProvider.System.GetTimestamp());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await Task.Delay(BeginsAfter, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var rest = TimeSpan.FromMilliseconds(50);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                MakeProgress();
                var sleep = await turn(stoppingToken);
                Volatile.Write(ref busySince, 0);
                rest = TimeSpan.FromMilliseconds(50);
                if (sleep > TimeSpan.Zero)
                {
                    await bell.Wait(sleep, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The edge of the program: a fault here is logged with its loop and tried again after a rest, so that one bad moment of the database ends nothing.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Volatile.Write(ref busySince, 0);
                log.LogWarning(fault, "{Loop} failed and goes on in {Rest}.", name, rest);
                await Task.Delay(rest, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                rest = rest < LongestRest ? rest * 2 : LongestRest;
            }
        }
    }
}
