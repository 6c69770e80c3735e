using System.Threading.RateLimiting;
using Jangteo.Contracts;

namespace Jangteo.Platform.Http;

/// <summary>How something scarce is shared out.</summary>
public sealed record ShareLimits
{
    /// <summary>In all.</summary>
    public required int AtOnce { get; init; }

    /// <summary>Of these, the most that people who are not signed in have together.</summary>
    public required int Anonymous { get; init; }

    /// <summary>The most that one person has.</summary>
    public required int PerPerson { get; init; }

    /// <summary>The most that one address has of people who are not signed in.</summary>
    public required int PerAddress { get; init; }

    /// <summary>How many of one person or address may wait for their turn; those beyond it are refused at once.</summary>
    public int Queue { get; init; }

    /// <summary>How long a turn is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>
/// Shares out something scarce, such as the processors that hash passwords, so that no client can take all of it: each person and each
/// address has a share, and people who are not signed in have a share together. A client that is over its share waits behind its own
/// requests only.
/// </summary>
public sealed class Shares : IDisposable
{
    private static readonly TimeSpan AgainIn = TimeSpan.FromSeconds(1);

    private readonly TimeSpan patience;
    private readonly PartitionedRateLimiter<Asker> own;
    private readonly ConcurrencyLimiter anonymous;
    private readonly ConcurrencyLimiter all;

    public Shares(ShareLimits limits)
    {
        patience = limits.Patience;
        var ofPerson = Options(limits.PerPerson, limits.Queue);
        var ofAddress = Options(limits.PerAddress, limits.Queue);
        own = PartitionedRateLimiter.Create<Asker, Asker>(
            asker => RateLimitPartition.GetConcurrencyLimiter(asker, one => one.IsSignedIn ? ofPerson : ofAddress));

        // No more than the share of each asker waits here, so these queues end with the number of askers.
        var waits = limits.Queue == 0 ? 0 : int.MaxValue;
        anonymous = new ConcurrencyLimiter(Options(limits.Anonymous, waits));
        all = new ConcurrencyLimiter(Options(limits.AtOnce, waits));
    }

    /// <summary>Takes a share, to be disposed when it is not needed any more; null when that takes waiting.</summary>
    public IDisposable? TryTake(Asker asker)
    {
        var mine = own.AttemptAcquire(asker);
        if (mine.IsAcquired)
        {
            var strangers = asker.IsSignedIn ? null : anonymous.AttemptAcquire();
            if (strangers is null or { IsAcquired: true })
            {
                var one = all.AttemptAcquire();
                if (one.IsAcquired)
                {
                    return new Share(mine, strangers, one);
                }
            }

            strangers?.Dispose();
            mine.Dispose();
        }

        return null;
    }

    /// <summary>Takes a share, to be disposed when it is not needed any more, after waiting for it if need be.</summary>
    /// <exception cref="RefusedException">
    /// <c>too-many-requests</c> when the asker has their whole share, <c>busy</c> when nothing is left.
    /// </exception>
    public ValueTask<IDisposable> Take(Asker asker, CancellationToken ct) =>
        TryTake(asker) is { } share ? ValueTask.FromResult(share) : new ValueTask<IDisposable>(Wait(asker, ct));

    public void Dispose()
    {
        own.Dispose();
        anonymous.Dispose();
        all.Dispose();
    }

    private async Task<IDisposable> Wait(Asker asker, CancellationToken ct)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ct);
        waiting.CancelAfter(patience);
        var code = Refusals.TooManyRequests;
        RateLimitLease? mine = null, strangers = null;
        try
        {
            mine = await own.AcquireAsync(asker, 1, waiting.Token);
            if (mine.IsAcquired)
            {
                code = Refusals.Busy;
                strangers = asker.IsSignedIn ? null : await anonymous.AcquireAsync(1, waiting.Token);
                if (strangers is null or { IsAcquired: true })
                {
                    var one = await all.AcquireAsync(1, waiting.Token);
                    if (one.IsAcquired)
                    {
                        return new Share(mine, strangers, one);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The patience is over, or the asker has gone; what was taken is given back below.
        }

        strangers?.Dispose();
        mine?.Dispose();
        ct.ThrowIfCancellationRequested();
        throw new RefusedException(new Refusal(code, RetryAfter: AgainIn));
    }

    private static ConcurrencyLimiterOptions Options(int most, int queue) =>
        new() { PermitLimit = most, QueueLimit = queue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };

    private sealed class Share(RateLimitLease mine, RateLimitLease? strangers, RateLimitLease one) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            strangers?.Dispose();
            mine.Dispose();
        }
    }
}
