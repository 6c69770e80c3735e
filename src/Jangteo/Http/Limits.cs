using System.Threading.RateLimiting;
using Jangteo.Contracts;
using Jangteo.Platform;

namespace Jangteo.Http;

/// <summary>
/// How much is taken on at once. What is more is refused at once, so that what was begun still ends in time: first who only looks, then who begins
/// something, and last who goes on with a trade in which money may be held.
/// </summary>
internal sealed class Limits(LimitSettings settings) : IDisposable
{
    /// <summary>A person may save up this many seconds of requests, for a page that asks for many things when it opens.</summary>
    private const int Burst = 10;

    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter liveStreams = new(new ConcurrencyLimiterOptions { PermitLimit = settings.LiveStreams, QueueLimit = 0 });
    private int atOnce;

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
    public IDisposable? Enter(HttpRequest request)
    {
        if (!request.Path.StartsWithSegments("/api"))
        {
            return null;
        }

        if (request.Path == "/api/live")
        {
            var stream = liveStreams.AttemptAcquire();
            return stream.IsAcquired ? stream : throw Busy();
        }

        if (Interlocked.Increment(ref atOnce) > MostFor(request))
        {
            Interlocked.Decrement(ref atOnce);
            throw Busy();
        }

        return new Place(this);
    }

    /// <summary>How many requests of all sorts may be under way when this one is taken on.</summary>
    private int MostFor(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) ? settings.Queries : IsMove(request.Path.Value!) ? settings.Moves : settings.Commands;

    /// <summary>Whether a path is <c>/api/trades/{id}/{move}</c>.</summary>
    private static bool IsMove(string path)
    {
        const string trades = "/api/trades/";
        return path.StartsWith(trades, StringComparison.OrdinalIgnoreCase) && path.IndexOf('/', trades.Length) > 0;
    }

    private static Platform.Http.RefusedException Busy() => new(new Refusal(Refusals.Busy, RetryAfter: BusyFor));

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
        liveStreams.Dispose();
        people?.Dispose();
    }

    private sealed class Place(Limits limits) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref limits.atOnce);
    }
}
