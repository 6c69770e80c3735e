namespace Jangteo.Split;

/// <summary>
/// Lets only some processes start at a time. A start keeps a processor busy, so that more at once would take as long in all, and each would
/// wait for its database longer than it may.
/// </summary>
internal sealed class StartTurns(int atOnce)
{
    private readonly SemaphoreSlim free = new(atOnce);

    /// <summary>Waits for a turn, to be disposed when the start is over.</summary>
    public async Task<IDisposable> Take(CancellationToken ct)
    {
        await free.WaitAsync(ct);
        return new Turn(free);
    }

    /// <summary>Can be given back more than once: a start is over when the process is ready, has ended, or takes too long.</summary>
    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        private int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0)
            {
                free.Release();
            }
        }
    }
}
