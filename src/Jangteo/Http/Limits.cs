using System.Threading.RateLimiting;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;

namespace Jangteo.Http;

/// <summary>
/// Limits concurrent requests. Excess requests are rejected so that requests in progress finish in time: reads first, then commands that
/// begin something, and moves of a trade last, because money may be held in it. Each person and each address has a share, so that one
/// client cannot take what the others need.
/// </summary>
internal sealed class Limits : IDisposable
{
    /// <summary>A client may save up this many seconds of requests, for a page that asks for many things when it opens.</summary>
    private const int Burst = 10;

    /// <summary>Requests of one client that wait for a place: a page that opens, or a company behind one address.</summary>
    private const int Queue = 256;

    /// <summary>All signed-in people of one address together have so many times one person's downloads.</summary>
    private const int DownloadersOfOneAddress = 4;

    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(1);

    private readonly LimitSettings settings;
    private readonly Shares places;
    private readonly Shares waits;
    private readonly Shares streams;
    private readonly Shares downloads;
    private readonly PartitionedRateLimiter<Asker>? people;
    private readonly PartitionedRateLimiter<Asker>? addresses;
    private int atOnce;

    public Limits(LimitSettings settings)
    {
        this.settings = settings;

        // How many there are in all depends on what they are for; see MostFor.
        places = new Shares(new ShareLimits
        {
            AtOnce = int.MaxValue,
            Anonymous = settings.Anonymous,
            PerPerson = settings.PerPerson,
            PerAddress = settings.PerAddress,
            PeopleOfOneAddress = HalfOf(settings.Moves, settings.PerPerson),
            Queue = Queue,
        });
        waits = new Shares(new ShareLimits
        {
            AtOnce = settings.Waits,
            Anonymous = 1,
            PerPerson = settings.WaitsPerPerson,
            PerAddress = 1,
            PeopleOfOneAddress = HalfOf(settings.Waits, settings.WaitsPerPerson),
        });
        streams = new Shares(new ShareLimits
        {
            AtOnce = settings.LiveStreams,
            Anonymous = settings.AnonymousLiveStreams,
            PerPerson = settings.LiveStreamsPerPerson,
            PerAddress = settings.LiveStreamsPerAddress,
            PeopleOfOneAddress = HalfOf(settings.LiveStreams, settings.LiveStreamsPerPerson),
        });
        downloads = new Shares(new ShareLimits
        {
            AtOnce = settings.Downloads,
            Anonymous = Math.Max(1, settings.Downloads / 2),
            PerPerson = settings.DownloadsEach,
            PerAddress = settings.DownloadsEach,
            PeopleOfOneAddress = Math.Min(
                settings.DownloadsEach * DownloadersOfOneAddress, HalfOf(settings.Downloads, settings.DownloadsEach)),
            Queue = Queue,
            Patience = TimeSpan.FromSeconds(10),
        });
        people = RateOf(settings.PerPersonPerSecond);
        addresses = RateOf(settings.PerAddressPerSecond);
    }

    /// <summary>Counts a request.</summary>
    /// <exception cref="RefusedException"><c>too-many-requests</c>.</exception>
    public void Count(Asker asker)
    {
        if ((asker.IsSignedIn ? people : addresses) is not { } rate)
        {
            return;
        }

        using var lease = rate.AttemptAcquire(asker);
        if (!lease.IsAcquired)
        {
            throw new RefusedException(
                new Refusal(
                    Refusals.TooManyRequests, RetryAfter: lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : BusyFor));
        }
    }

    /// <summary>Takes what a request needs while it is answered, to be disposed then.</summary>
    /// <exception cref="RefusedException"><c>busy</c>, or <c>too-many-requests</c> when the asker has their whole share.</exception>
    public ValueTask<IDisposable> Enter(HttpContext http, Asker asker)
    {
        var ct = http.RequestAborted;
        var address = Asker.AddressOf(http);
        switch (OccupiesRoutes.OccupiedBy(http.GetEndpoint()))
        {
            case Occupies.Stream:
                return streams.Take(asker, ct, address);
            case Occupies.Download:
                return downloads.Take(asker, ct, address);
            case Occupies.PlaceOrWait
                when asker.IsSignedIn && http.Request.Query.ContainsKey("after") && waits.TryTake(asker, address) is { } wait:
                OccupiesRoutes.LetWait(http);
                return ValueTask.FromResult(wait);
            default:
                return TakePlace(http.Request, asker, address, ct);
        }
    }

    public void Dispose()
    {
        places.Dispose();
        waits.Dispose();
        streams.Dispose();
        downloads.Dispose();
        people?.Dispose();
        addresses?.Dispose();
    }

    /// <summary>
    /// The most that people of one address have together: many accounts leave half to other addresses. One person's share at least.
    /// </summary>
    private static int HalfOf(int all, int onePerson) => Math.Max(onePerson, all / 2);

    private static PartitionedRateLimiter<Asker>? RateOf(int perSecond)
    {
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(1, perSecond * Burst),
            TokensPerPeriod = Math.Max(1, perSecond),
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        };
        return perSecond == 0 ? null : PartitionedRateLimiter.Create<Asker, Asker>(
            asker => RateLimitPartition.GetTokenBucketLimiter(asker, _ => options));
    }

    private async ValueTask<IDisposable> TakePlace(HttpRequest request, Asker asker, Asker address, CancellationToken ct)
    {
        var share = await places.Take(asker, ct, address);
        if (Interlocked.Increment(ref atOnce) > MostFor(request))
        {
            Interlocked.Decrement(ref atOnce);
            share.Dispose();
            throw new RefusedException(new Refusal(Refusals.Busy, RetryAfter: BusyFor));
        }

        return new Place(this, share);
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

    private sealed class Place(Limits limits, IDisposable share) : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Decrement(ref limits.atOnce);
            share.Dispose();
        }
    }
}
