using Jangteo.Http;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Tests.Http;

/// <summary>When more comes than can be done, payments go before orders and orders before browsing.</summary>
public sealed class Being_busy
{
    private readonly Limits limits = new(new LimitSettings { Queries = 2, Commands = 3, Moves = 4, LiveStreams = 1, PerPersonPerSecond = 0 });

    [Fact]
    public void Who_looks_is_refused_first_then_who_orders_and_last_who_pays()
    {
        var under = new[] { Enter("GET", "/api/listings"), Enter("GET", "/api/listings") };

        Assert.Equal("busy", Refused("GET", "/api/listings"));
        under = [.. under, Enter("POST", "/api/trades")];
        Assert.Equal("busy", Refused("POST", "/api/trades"));
        under = [.. under, Enter("POST", $"/api/trades/{Ids.New()}/pay")];
        Assert.Equal("busy", Refused("POST", $"/api/trades/{Ids.New()}/pay"));

        foreach (var place in under)
        {
            place!.Dispose();
        }

        Enter("GET", "/api/listings")!.Dispose();
    }

    [Fact]
    public void Live_streams_take_no_place_from_requests_and_health_is_always_answered()
    {
        using var stream = Enter("GET", "/api/live");

        Assert.Equal("busy", Refused("GET", "/api/live"));
        Assert.Null(Enter("GET", "/health/ready"));
        using var one = Enter("GET", "/api/kinds");
        using var other = Enter("GET", "/api/kinds");
        Assert.Equal("busy", Refused("GET", "/api/kinds"));
    }

    private IDisposable? Enter(string method, string path) => limits.Enter(Request(method, path));

    private string Refused(string method, string path)
    {
        var refused = Assert.Throws<RefusedException>(() => Enter(method, path)).Refusal;
        Assert.NotNull(refused.RetryAfter);
        return refused.Code;
    }

    private static HttpRequest Request(string method, string path)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path) = (method, path);
        return request;
    }
}
