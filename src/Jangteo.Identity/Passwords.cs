using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Identity;

namespace Jangteo.Identity;

/// <summary>
/// Hashes and compares passwords with ASP.NET Core Identity's own hasher (PBKDF2, 100,000 rounds). That is 40 ms of a processor on purpose, so only as
/// many run at once as there are processors, and only so many wait: a flood of sign-ins must not stop the trading.
/// </summary>
internal sealed class Passwords : IDisposable
{
    private const int MostWaiting = 100;

    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(2);

    private readonly PasswordHasher<Passwords> hasher = new();
    private readonly SemaphoreSlim processors = new(Environment.ProcessorCount);
    private readonly Lazy<string> nobodys;
    private int waiting;

    public Passwords() => nobodys = new Lazy<string>(() => hasher.HashPassword(this, Guid.NewGuid().ToString()));

    public Task<string> Hash(string password, CancellationToken ct) => InTurn(() => hasher.HashPassword(this, password), ct);

    /// <summary>Whether a password is the one behind a hash. Without a hash it is not, and finding out takes as long.</summary>
    public Task<bool> IsRight(string password, string? hash, CancellationToken ct) =>
        InTurn(() => hasher.VerifyHashedPassword(this, hash ?? nobodys.Value, password) != PasswordVerificationResult.Failed && hash is not null, ct);

    private async Task<T> InTurn<T>(Func<T> work, CancellationToken ct)
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
