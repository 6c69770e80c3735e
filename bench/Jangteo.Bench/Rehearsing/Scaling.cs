using System.Diagnostics;
using System.Globalization;
using Jangteo.Split;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// Scales a module of a split market as its autoscaler wants: by the processor time of its processes, and by what waits in its queues
/// (what <c>jangteo.queue.lag</c> counts).
/// </summary>
/// <param name="requested">The processor that each process requests, as a share of one.</param>
/// <param name="calm">The least that was wanted during this time is enough (<c>stabilizationWindowSeconds</c> of scaling down).</param>
internal sealed class Scaling(
    Autoscaler autoscaler, Fleet fleet, string module, double requested, ProcessorLimit limit, TimeSpan looksEvery, TimeSpan calm,
    Action<string> say)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<int> limited = [];
    private readonly Queue<(long At, int Wanted)> wishes = new();
    private Dictionary<int, TimeSpan> used = [];
    private long lookedAt;
    private Task looking = Task.CompletedTask;

    /// <summary>How many processes serve.</summary>
    public int Ready => Places.Count(place => place.IsReady);

    private IReadOnlyList<ModuleProcess> Places => [.. fleet.Places[module].Where(place => place.IsWanted)];

    public void Begin()
    {
        LimitThoseReady();
        used = UsedByEach();
        lookedAt = Stopwatch.GetTimestamp();
        looking = Look();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await looking;
        stopping.Dispose();
    }

    private async Task Look()
    {
        await using var queues = new QueueLengths(fleet.ConnectToBroker());
        while (true)
        {
            await Task.Delay(looksEvery, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            LimitThoseReady();
            var (processor, lag) = (Processor(), (await queues.Ask(stopping.Token)).GetValueOrDefault(module));
            if (processor is { } share)
            {
                Decide(share, lag);
            }
        }
    }

    private void Decide(double processor, uint lag)
    {
        var replicas = Places.Count;
        wishes.Enqueue((Stopwatch.GetTimestamp(), autoscaler.Wanted(Ready, processor, lag)));
        while (Stopwatch.GetElapsedTime(wishes.Peek().At) > calm)
        {
            wishes.Dequeue();
        }

        var wanted = Math.Max(wishes.Last().Wanted, Math.Min(replicas, wishes.Max(wish => wish.Wanted)));
        // What was asked for is not there yet: it counts when it is.
        if (wanted == replicas || Ready < replicas)
        {
            return;
        }

        say(string.Create(
            CultureInfo.InvariantCulture, $"{module}: {processor:P0} of the requested processor used, {lag} messages wait: from {replicas} to {wanted}."));
        Replicas.Write(fleet.Folder, new Dictionary<string, int> { [module] = wanted });
    }

    /// <summary>The share of what they request that the processes used on average since the last look; null when none was there then.</summary>
    private double? Processor()
    {
        var (now, seconds) = (UsedByEach(), Stopwatch.GetElapsedTime(lookedAt).TotalSeconds);
        var shares = now.Where(one => used.ContainsKey(one.Key)).Select(one => (one.Value - used[one.Key]).TotalSeconds / seconds / requested).ToList();
        (used, lookedAt) = (now, Stopwatch.GetTimestamp());
        return shares.Count > 0 ? shares.Average() : null;
    }

    private Dictionary<int, TimeSpan> UsedByEach() =>
        Places.Where(place => place.IsReady).ToDictionary(place => place.ProcessId, place =>
        {
            using var process = Process.GetProcessById(place.ProcessId);
            return process.TotalProcessorTime;
        });

    /// <summary>A process that starts is not limited: compiling would take most of it, which the image has done before.</summary>
    private void LimitThoseReady()
    {
        foreach (var place in Places.Where(place => place.IsReady && limited.Add(place.ProcessId)))
        {
            limit.Limit(place.ProcessId);
        }
    }
}
