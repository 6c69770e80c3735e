using System.Threading.RateLimiting;
using Jangteo.Contracts;
using Jangteo.Platform;

namespace Jangteo.Http;

/// <summary>How much is taken on at once. What is more is refused at once, so that what was begun still ends in time.</summary>
internal sealed class Limits(LimitSettings settings) : IDisposable
{
    /// <summary>A person may save up this many seconds of requests, for a page that asks for many things when it opens.</summary>
    private const int Burst = 10;

    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter commands = AtOnce(settings.Commands);
    private readonly ConcurrencyLimiter queries = AtOnce(settings.Queries);
    private readonly ConcurrencyLimiter liveStreams = AtOnce(settings.LiveStreams);

    private readonly PartitionedRateLimiter<string>? people = settings.PerPersonPerSecond == 0 ? null
        : PartitionedRateLimiter.Create<string, string>(person => RateLimitPartition.GetTokenBucketLimiter(person, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = settings.PerPersonPerSecond * Burst,
            TokensPerPeriod = settings.PerPersonPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));

    /// <summary>Takes a place for a request, to be disposed when it is answered; null for what is never limited, such as health.</summary>
    /// <exception cref="Platform.Http.RefusedException"><c>busy</c>.</exception>
    public RateLimitLease? Enter(HttpRequest request)
    {
        if (!request.Path.StartsWithSegments("/api"))
        {
            return null;
        }

        var group = HttpMethods.IsGet(request.Method) ? request.Path == "/api/live" ? liveStreams : queries : commands;
        var place = group.AttemptAcquire();
        return place.IsAcquired ? place : throw new Platform.Http.RefusedException(new Refusal(Refusals.Busy, RetryAfter: BusyFor));
    }

    /// <summary>Counts a request of a person.</summary>
    /// <exception cref="Platform.Http.RefusedException"><c>too-many-requests</c>.</exception>
    public void Count(string person)
    {
        if (people is null)
        {
            return;
        }

        using var lease = people.AttemptAcquire(person);
        if (!lease.IsAcquired)
        {
            throw new Platform.Http.RefusedException(new Refusal(
                Refusals.TooManyRequests, RetryAfter: lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : BusyFor));
        }
    }

    public void Dispose()
    {
        commands.Dispose();
        queries.Dispose();
        liveStreams.Dispose();
        people?.Dispose();
    }

    private static ConcurrencyLimiter AtOnce(int most) => new(new ConcurrencyLimiterOptions { PermitLimit = most, QueueLimit = 0 });
}
