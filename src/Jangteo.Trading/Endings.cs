using System.Collections.Concurrent;
using Jangteo.Platform.Http;

namespace Jangteo.Trading;

/// <summary>Where callers of this process wait for intentions to be settled. Only a convenience: the answer stands in the database under its key.</summary>
internal sealed class Endings
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<Ending>> waiting = new();

    public Task<Ending> Of(Guid trade) =>
        waiting.GetOrAdd(trade, _ => new TaskCompletionSource<Ending>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Tell(Guid trade, Ending ending)
    {
        if (waiting.TryRemove(trade, out var waiter))
        {
            waiter.TrySetResult(ending);
        }
    }

    public void Forget(Guid trade) => waiting.TryRemove(trade, out _);
}

/// <summary>How an intention ended.</summary>
/// <param name="Answer">What the caller is answered.</param>
/// <param name="GivesStockBack">Whether stock that had been taken is on its way back to Catalog.</param>
internal sealed record Ending(Answer Answer, bool GivesStockBack);
