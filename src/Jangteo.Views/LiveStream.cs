using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Jangteo.Views;

/// <summary>GET /api/live: says what has changed, as it changes; whoever listens asks for the thing itself by its id.</summary>
internal static class LiveStream
{
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/live", Handle).SignInOptional().Occupies(Occupies.Stream).WithName("liveStream").WithTags("views").WithSummary("Server-sent events: hello, trade, notice, listing, clock, reset, ping. Of trades their parties and operators hear, of notices the person told.")
        .WithDescription(
            "Each says that something changed, and not what: trade, notice and listing by their id; a notice is also an SMS or an e-mail that "
                + "has been sent; clock is the sandbox's clock or one of its faults. After a reset everything may have changed. "
                + "since is the event to start after on a first connection; Last-Event-ID takes precedence.");

    private static ServerSentEventsResult<Changed> Handle(
        HttpContext http, Live live, Revocations revocations, IHostApplicationLifetime program, string? since, CancellationToken ct)
    {
        var lastEventId = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } given ? given : since;
        http.Response.Headers["X-Accel-Buffering"] = "no";
        var sessionEnded = CancellationToken.None;
        if (Caller.Of(http) is { } caller)
        {
            // A stream is one request for as long as it lasts, so it has to hear that its session ended.
            var session = revocations.Watch(caller);
            http.Response.RegisterForDispose(session);
            sessionEnded = session.Ended;
        }

        return TypedResults.ServerSentEvents(
            Events(
                live, Caller.Of(http), string.IsNullOrEmpty(lastEventId) ? null : lastEventId, program.ApplicationStopping, sessionEnded, ct));
    }

    private static async IAsyncEnumerable<SseItem<Changed>> Events(
        Live live, Caller? who, string? after, CancellationToken stopping, CancellationToken sessionEnded,
        [EnumeratorCancellation] CancellationToken ct)
    {
        using var listener = live.Listen(who, after);
        // The headers go out with the first item, so there is one at once.
        yield return Item("hello", "hello", 0, live.EventId(listener.Missed is [var first, ..] ? first.Number - 1 : listener.From));
        if (listener.Missed is null)
        {
            yield return Item("reset", "reset", 0, live.EventId(listener.From));
        }

        foreach (var change in listener.Missed ?? [])
        {
            yield return Item(change.What.Name, change.What.Id, change.What.Revision, live.EventId(change.Number));
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, stopping, sessionEnded);
        while (true)
        {
            var next = await Next(listener, ending.Token);
            if (next is Waited.Ended)
            {
                yield break;
            }

            if (next is Waited.Silence)
            {
                yield return Item("ping", "ping", 0, null);
            }

            while (listener.Changes.TryRead(out var change))
            {
                yield return Item(change.What.Name, change.What.Id, change.What.Revision, live.EventId(change.Number));
            }
        }
    }

    private enum Waited
    {
        Changes,
        Silence,
        Ended,
    }

    private static async Task<Waited> Next(Live.Listener listener, CancellationToken ct)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ct);
        silence.CancelAfter(PingEvery);
        try
        {
            return await listener.Changes.WaitToReadAsync(silence.Token) ? Waited.Changes : Waited.Ended;
        }
        catch (OperationCanceledException)
        {
            return ct.IsCancellationRequested ? Waited.Ended : Waited.Silence;
        }
    }

    private static SseItem<Changed> Item(string name, string id, int revision, string? eventId) => new(new Changed(id, revision), name) { EventId = eventId };
}

/// <summary>What a live event says: which thing, and its revision now.</summary>
internal sealed record Changed(string Id, int Revision);
