using System.Net;
using Jangteo.Http;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Tests.Http;

/// <summary>
/// When more comes than can be done, payments go before orders and orders before browsing, and no client takes the share of others.
/// </summary>
public sealed class Being_busy
{
    private static readonly Asker Minji = new(Ids.New(), 0);
    private static readonly Asker Junho = new(Ids.New(), 0);

    private readonly Limits limits = new(new LimitSettings { Queries = 2, Commands = 3, Moves = 4, Anonymous = 1, LiveStreams = 3, AnonymousLiveStreams = 1, LiveStreamsPerPerson = 2, LiveStreamsPerAddress = 5 });

    [Fact]
    public async Task Reads_are_refused_first_then_orders_and_moves_last()
    {
        var under = new[] { await Enter("GET", "/api/listings"), await Enter("GET", "/api/listings") };

        Assert.Equal("busy", await Refused("GET", "/api/listings"));
        under = [.. under, await Enter("POST", "/api/trades")];
        Assert.Equal("busy", await Refused("POST", "/api/trades"));
        under = [.. under, await Enter("POST", $"/api/trades/{Ids.New()}/pay")];
        Assert.Equal("busy", await Refused("POST", $"/api/trades/{Ids.New()}/pay"));

        foreach (var place in under)
        {
            place.Dispose();
        }

        (await Enter("GET", "/api/listings")).Dispose();
    }

    [Fact]
    public async Task Streams_waits_and_downloads_take_no_place_of_requests()
    {
        using var stream = await Enter("GET", "/api/live", Occupies.Stream);
        using var wait = await Enter("GET", "/api/my/trades", Occupies.PlaceOrWait, query: "?after=x");
        using var download = await Enter("GET", "/api/pictures/1", Occupies.Download);

        using var one = await Enter("GET", "/api/kinds");
        using var other = await Enter("GET", "/api/kinds");
        Assert.Equal("busy", await Refused("GET", "/api/kinds"));
    }

    [Fact]
    public async Task Streams_of_strangers_leave_streams_for_people_who_are_signed_in()
    {
        var address = Address(1);
        using var stranger = await Enter("GET", "/api/live", Occupies.Stream, address);

        Assert.Equal("busy", await Refused("GET", "/api/live", Occupies.Stream, address));
        using var first = await Enter("GET", "/api/live", Occupies.Stream);
        using var second = await Enter("GET", "/api/live", Occupies.Stream);
        Assert.Equal("too-many-requests", await Refused("GET", "/api/live", Occupies.Stream));
        Assert.Equal("busy", await Refused("GET", "/api/live", Occupies.Stream, Junho, from: 2));
    }

    [Fact]
    public async Task Only_a_person_who_is_signed_in_waits_for_a_token()
    {
        var (ofPerson, ofStranger) = (Request("GET", "/api/listings", Occupies.PlaceOrWait, "?after=x"), Request("GET", "/api/listings", Occupies.PlaceOrWait, "?after=x"));

        using var wait = await limits.Enter(ofPerson, Minji);
        using var place = await limits.Enter(ofStranger, Address(1));

        Assert.True(OccupiesRoutes.MayWait(ofPerson));
        Assert.False(OccupiesRoutes.MayWait(ofStranger));
    }

    [Fact]
    public async Task A_person_who_waits_for_more_than_their_share_is_answered_with_what_there_is()
    {
        var few = new Limits(new LimitSettings { WaitsPerPerson = 1 });
        var (first, second) = (Request("GET", "/api/listings", Occupies.PlaceOrWait, "?after=x"), Request("GET", "/api/listings", Occupies.PlaceOrWait, "?after=x"));

        using var wait = await few.Enter(first, Minji);
        using var place = await few.Enter(second, Minji);

        Assert.Equal((true, false), (OccupiesRoutes.MayWait(first), OccupiesRoutes.MayWait(second)));
    }

    [Fact]
    public void Requests_of_an_address_and_of_a_person_are_counted_apart()
    {
        var counted = new Limits(new LimitSettings { PerAddressPerSecond = 1, PerPersonPerSecond = 1 });
        for (var request = 0; request < 10; request++)
        {
            counted.Count(Address(1));
        }

        Assert.Equal("too-many-requests", Assert.Throws<RefusedException>(() => counted.Count(Address(1))).Refusal.Code);
        counted.Count(Address(2));
        counted.Count(Minji);
    }

    [Fact]
    public async Task Downloads_of_many_accounts_leave_some_to_other_addresses()
    {
        using var shared = new Limits(new LimitSettings { Downloads = 16, DownloadsEach = 2 });
        var held = new List<IDisposable>();
        for (var account = 0; account < 8; account++)
        {
            held.Add(await Download(address: 1));
        }

        var ninth = Download(address: 1).AsTask();
        var elsewhere = Download(address: 2);

        Assert.Equal((false, true), (ninth.IsCompleted, elsewhere.IsCompletedSuccessfully));
        held[0].Dispose();
        (await ninth).Dispose();

        ValueTask<IDisposable> Download(byte address) => EnterFrom(shared, address, Occupies.Download);
    }

    [Fact]
    public async Task Requests_of_many_accounts_leave_places_to_other_addresses()
    {
        using var shared = new Limits(new LimitSettings { Queries = 6, Commands = 7, Moves = 8, PerPerson = 2 });
        for (var account = 0; account < 4; account++)
        {
            await EnterFrom(shared, address: 1, Occupies.Place);
        }

        var fifth = EnterFrom(shared, address: 1, Occupies.Place).AsTask();
        var elsewhere = EnterFrom(shared, address: 2, Occupies.Place);

        Assert.Equal((false, true), (fifth.IsCompleted, elsewhere.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task Streams_of_many_accounts_leave_half_to_other_addresses()
    {
        using var shared = new Limits(new LimitSettings { LiveStreams = 8, LiveStreamsPerPerson = 2 });
        for (var account = 0; account < 4; account++)
        {
            await EnterFrom(shared, address: 1, Occupies.Stream);
        }

        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await EnterFrom(shared, address: 1, Occupies.Stream));

        Assert.Equal("too-many-requests", refused.Refusal.Code);
        (await EnterFrom(shared, address: 2, Occupies.Stream)).Dispose();
    }

    [Fact]
    public async Task Reads_that_wait_for_a_token_of_many_accounts_leave_half_to_other_addresses()
    {
        using var shared = new Limits(new LimitSettings { Waits = 8, WaitsPerPerson = 2 });
        for (var account = 0; account < 4; account++)
        {
            await shared.Enter(Waiting(address: 1), new Asker(Ids.New(), 0));
        }

        var (fifth, elsewhere) = (Waiting(address: 1), Waiting(address: 2));
        await shared.Enter(fifth, new Asker(Ids.New(), 0));
        await shared.Enter(elsewhere, new Asker(Ids.New(), 0));

        Assert.Equal((false, true), (OccupiesRoutes.MayWait(fifth), OccupiesRoutes.MayWait(elsewhere)));

        DefaultHttpContext Waiting(byte address) => From(address, Request("GET", "/api/listings", Occupies.PlaceOrWait, "?after=x"));
    }

    /// <summary>A request of an account of its own.</summary>
    private static ValueTask<IDisposable> EnterFrom(Limits limits, byte address, Occupies what) =>
        limits.Enter(From(address, Request("GET", "/api/live", what)), new Asker(Ids.New(), 0));

    private static DefaultHttpContext From(byte address, DefaultHttpContext request)
    {
        request.Connection.RemoteIpAddress = new IPAddress([192, 0, 2, address]);
        return request;
    }

    private static Asker Address(int number) => new(Guid.Empty, (UInt128)number);

    private ValueTask<IDisposable> Enter(
        string method, string path, Occupies what = Occupies.Place, Asker? asker = null, string query = "", byte from = 1) =>
        limits.Enter(From(from, Request(method, path, what, query)), asker ?? Minji);

    private async Task<string> Refused(string method, string path, Occupies what = Occupies.Place, Asker? asker = null, byte from = 1)
    {
        var refused = (await Assert.ThrowsAsync<RefusedException>(async () => await Enter(method, path, what, asker, from: from))).Refusal;
        Assert.NotNull(refused.RetryAfter);
        return refused.Code;
    }

    private static DefaultHttpContext Request(string method, string path, Occupies what, string query = "")
    {
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Path, http.Request.QueryString) = (method, path, new QueryString(query));
        var route = new RouteHandlerBuilderOf(what);
        http.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(route.Metadata), path));
        return http;
    }

    /// <summary>Collects what a route says of itself.</summary>
    private sealed class RouteHandlerBuilderOf
    {
        public RouteHandlerBuilderOf(Occupies what)
        {
            var conventions = new Conventions();
            new Microsoft.AspNetCore.Builder.RouteHandlerBuilder([conventions]).Occupies(what);
            var endpoint = new Microsoft.AspNetCore.Routing.RouteEndpointBuilder(
                null, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/"), 0);
            conventions.Said.ForEach(say => say(endpoint));
            Metadata = endpoint.Metadata;
        }

        public IEnumerable<object> Metadata { get; }
    }

    private sealed class Conventions : Microsoft.AspNetCore.Builder.IEndpointConventionBuilder
    {
        public List<Action<Microsoft.AspNetCore.Builder.EndpointBuilder>> Said { get; } = [];

        public void Add(Action<Microsoft.AspNetCore.Builder.EndpointBuilder> convention) => Said.Add(convention);
    }
}
