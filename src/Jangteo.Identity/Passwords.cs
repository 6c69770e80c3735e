using Jangteo.Contracts;
using Jangteo.Platform.Http;

namespace Jangteo.Identity;

/// <summary>
/// Whatever hashes or compares a password waits its turn here. Identity's hasher (PBKDF2, 100,000 rounds) takes 40 ms of a processor on purpose, so only as
/// many run at once as there are processors, and only so many wait: a flood of sign-ins must not stop the trading.
/// </summary>
internal sealed class Passwords : IDisposable
{
    private const int MostWaiting = 100;

    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim processors = new(Environment.ProcessorCount);
    private int waiting;

    public async Task<T> InTurn<T>(Func<Task<T>> work, CancellationToken ct)
    {
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            throw new RefusedException(new Refusal(Refusals.Busy, RetryAfter: BusyFor));
        }

        try
        {
            await processors.WaitAsync(ct);
            try
            {
                return await Task.Run(work, ct);
            }
            finally
            {
                processors.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    public void Dispose() => processors.Dispose();
}
