using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform;

/// <summary>Work that goes on in the background for as long as the program runs: woken by its bell, asking by itself now and then, and never ended by a fault.</summary>
/// <param name="turn">One turn; answers how long to sleep at most before the next, zero when there is more to do.</param>
public sealed class Loop(string name, Bell bell, Func<CancellationToken, Task<TimeSpan>> turn, ILogger log) : BackgroundService
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    public string Name => name;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var rest = TimeSpan.FromMilliseconds(50);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var sleep = await turn(stoppingToken);
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
                log.LogWarning(fault, "{Loop} failed and goes on in {Rest}.", name, rest);
                await Task.Delay(rest, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                rest = rest < LongestRest ? rest * 2 : LongestRest;
            }
        }
    }
}
