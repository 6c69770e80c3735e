using System.Collections.Concurrent;
using Jangteo.Platform.Http;

namespace Jangteo.Trading;

/// <summary>Where callers of this process wait for intentions to be settled. Only a convenience: the answer stands in the database under its key.</summary>
internal sealed class Endings
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<Answer>> waiting = new();

    public Task<Answer> Of(Guid trade) => waiting.GetOrAdd(trade, _ => new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Tell(Guid trade, Answer answer)
    {
        if (waiting.TryRemove(trade, out var waiter))
        {
            waiter.TrySetResult(answer);
        }
    }

    public void Forget(Guid trade) => waiting.TryRemove(trade, out _);
}
