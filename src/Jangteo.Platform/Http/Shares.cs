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

    /// <summary>
    /// The most that all people who are signed in from one address have together, so that many accounts are not many shares. Several times
    /// the share of a person: a family has one address.
    /// </summary>
    public int PeopleOfOneAddress { get; init; } = int.MaxValue;

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
    private readonly PartitionedRateLimiter<Asker> peopleOfOneAddress;
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
        var ofPeople = Options(limits.PeopleOfOneAddress, waits);
        peopleOfOneAddress = PartitionedRateLimiter.Create<Asker, Asker>(
            address => RateLimitPartition.GetConcurrencyLimiter(address, _ => ofPeople));
        anonymous = new ConcurrencyLimiter(Options(limits.Anonymous, waits));
        all = new ConcurrencyLimiter(Options(limits.AtOnce, waits));
    }

    /// <summary>Takes a share, to be disposed when it is not needed any more; null when that takes waiting.</summary>
    /// <param name="from">The address of the asker, where people of one address have a share together.</param>
    public IDisposable? TryTake(Asker asker, Asker? from = null)
    {
        var mine = own.AttemptAcquire(asker);
        if (mine.IsAcquired)
        {
            var group = !asker.IsSignedIn ? anonymous.AttemptAcquire()
                : from is { } address ? peopleOfOneAddress.AttemptAcquire(address) : null;
            if (group is null or { IsAcquired: true })
            {
                var one = all.AttemptAcquire();
                if (one.IsAcquired)
                {
                    return new Share(mine, group, one);
                }
            }

            group?.Dispose();
            mine.Dispose();
        }

        return null;
    }

    /// <summary>Takes a share, to be disposed when it is not needed any more, after waiting for it if need be.</summary>
    /// <param name="from">The address of the asker, where people of one address have a share together.</param>
    /// <exception cref="RefusedException">
    /// <c>too-many-requests</c> when the asker or their address has its whole share, <c>busy</c> when nothing is left.
    /// </exception>
    public ValueTask<IDisposable> Take(Asker asker, CancellationToken ct, Asker? from = null) =>
        TryTake(asker, from) is { } share ? ValueTask.FromResult(share) : new ValueTask<IDisposable>(Wait(asker, from, ct));

    public void Dispose()
    {
        own.Dispose();
        peopleOfOneAddress.Dispose();
        anonymous.Dispose();
        all.Dispose();
    }

    private async Task<IDisposable> Wait(Asker asker, Asker? from, CancellationToken ct)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ct);
        waiting.CancelAfter(patience);
        var code = Refusals.TooManyRequests;
        RateLimitLease? mine = null, group = null;
        try
        {
            mine = await own.AcquireAsync(asker, 1, waiting.Token);
            if (mine.IsAcquired)
            {
                code = asker.IsSignedIn ? code : Refusals.Busy;
                group = !asker.IsSignedIn ? await anonymous.AcquireAsync(1, waiting.Token)
                    : from is { } address ? await peopleOfOneAddress.AcquireAsync(address, 1, waiting.Token) : null;
                if (group is null or { IsAcquired: true })
                {
                    code = Refusals.Busy;
                    var one = await all.AcquireAsync(1, waiting.Token);
                    if (one.IsAcquired)
                    {
                        return new Share(mine, group, one);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The patience is over, or the asker has gone; what was taken is given back below.
        }

        group?.Dispose();
        mine?.Dispose();
        ct.ThrowIfCancellationRequested();
        throw new RefusedException(new Refusal(code, RetryAfter: AgainIn));
    }

    private static ConcurrencyLimiterOptions Options(int most, int queue) =>
        new() { PermitLimit = most, QueueLimit = queue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };

    private sealed class Share(RateLimitLease mine, RateLimitLease? group, RateLimitLease one) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            group?.Dispose();
            mine.Dispose();
        }
    }
}
