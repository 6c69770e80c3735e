using System.Net.ServerSentEvents;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Time;
using Jangteo.Views;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Views;

/// <summary>GET /api/live: what changes, as it changes.</summary>
[Collection(nameof(InTown))]
public sealed class Watching_live(Town town)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_hello_at_once_and_then_what_concerns_me()
    {
        var tale = Tale.Of(town);
        await using var mine = await Listen(tale.Seller);
        await using var others = await Listen(tale.Operator);
        Assert.Equal("hello", (await mine.Next()).Name);
        Assert.Equal("hello", (await others.Next()).Name);

        await tale.Moves("request");
        await tale.Offers();

        var seen = new List<Event> { await mine.Next(), await mine.Next(), await mine.Next() };
        Assert.Equal((tale.Trade.ToString(), 1), seen.Where(one => one.Name == "trade").Select(one => (one.Id, one.Revision)).Single());
        Assert.Single(seen, one => one.Name == "notice");
        Assert.Equal((tale.Listing.ToString(), 1), seen.Where(one => one.Name == "listing").Select(one => (one.Id, one.Revision)).Single());
        Assert.Equal((tale.Listing.ToString(), "listing"), ((await others.Next()).Id, "listing"));
    }

    [Fact]
    public async Task An_operator_hears_of_every_trade_and_of_nobody_elses_notices()
    {
        var tale = Tale.Of(town);
        await using var stream = await Listen(tale.Operator, isOperator: true);
        await stream.Next();

        await tale.MovesAll("request", "accept");
        await town.Rest();
        await tale.Offers();

        var heard = new List<Event>();
        do
        {
            heard.Add(await stream.Next());
        }
        while (heard[^1].Id != tale.Listing.ToString());

        Assert.Equal([1, 2], heard.Where(one => one.Name == "trade" && one.Id == tale.Trade.ToString()).Select(one => one.Revision));
        Assert.DoesNotContain(heard, one => one.Name == "notice");
    }

    [Fact]
    public async Task A_stream_that_broke_goes_on_where_it_was()
    {
        var tale = Tale.Of(town);
        string? last;
        await using (var broken = await Listen(tale.Seller))
        {
            await broken.Next();
            await tale.Moves("request");
            await broken.Next();
            last = (await broken.Next()).EventId;
        }

        await tale.Moves("accept");
        await town.Rest();
        await using var again = await Listen(tale.Seller, last);

        Assert.Equal("hello", (await again.Next()).Name);
        Assert.Equal((tale.Trade.ToString(), 2), await again.Next() is var missed ? (missed.Id, missed.Revision) : default);
    }

    [Fact]
    public async Task A_stream_may_begin_before_it_was_opened()
    {
        var tale = Tale.Of(town);
        var since = town.Services.GetRequiredService<Live>().Now;
        await tale.Offers();
        await town.Rest();

        await using var stream = await Listen(null, since: since);

        Assert.Equal("hello", (await stream.Next()).Name);
        Assert.Equal((tale.Listing.ToString(), "listing"), await stream.Next() is var missed ? (missed.Id, missed.Name) : default);
    }

    [Fact]
    public async Task A_stream_that_is_to_begin_where_nobody_remembers_says_to_look_at_everything()
    {
        await using var stream = await Listen(null, since: "another-run-17");

        Assert.Equal("hello", (await stream.Next()).Name);
        Assert.Equal("reset", (await stream.Next()).Name);
    }

    [Fact]
    public async Task Whoever_was_away_too_long_is_told_to_look_at_everything()
    {
        await using var stream = await Listen(new PersonRef(Ids.New(), "Late"), "another-run-17");

        Assert.Equal("hello", (await stream.Next()).Name);
        Assert.Equal("reset", (await stream.Next()).Name);
    }

    [Fact]
    public async Task When_the_clock_is_moved_everybody_hears_it()
    {
        await using var stream = await Listen(null);
        await stream.Next();
        var clock = town.Services.GetRequiredService<BusinessClock>();

        clock.Set(clock.Offset + TimeSpan.FromSeconds(5));

        var heard = await stream.Next();
        Assert.Equal(("clock", (int)clock.Offset.TotalSeconds), (heard.Name, heard.Revision));
    }

    [Fact]
    public async Task When_a_fault_is_switched_on_or_off_everybody_hears_it_and_when_nothing_changes_nobody()
    {
        await using var stream = await Listen(null);
        await stream.Next();
        var faults = town.Services.GetRequiredService<Faults>();

        faults.Set([Faults.SmsDown]);
        faults.Set([Faults.SmsDown]);
        faults.Set([]);

        var (on, off) = (await stream.Next(), await stream.Next());
        Assert.Equal(("clock", "clock"), (on.Name, off.Name));
        var clock = town.Services.GetRequiredService<BusinessClock>();
        clock.Set(clock.Offset + TimeSpan.FromSeconds(5));
        Assert.Equal((int)clock.Offset.TotalSeconds, (await stream.Next()).Revision);
    }

    [Theory]
    [InlineData("waiting", 0)]
    [InlineData("sent", 1)]
    public void An_sms_is_news_to_its_reader_once_it_is_sent(string status, int times)
    {
        var told = new Told(Ids.New(), null, "accept", 2, [new Telling(Ids.New(), Ids.New(), "sms", status)], DateTimeOffset.UnixEpoch);

        Assert.Equal(times, Happened.Of(told).Count(one => one.Name == "notice"));
    }

    private async Task<Stream> Listen(PersonRef? person, string? lastEventId = null, bool isOperator = false, string? since = null)
    {
        var client = town.As(person, isOperator);
        using var request = new HttpRequestMessage(HttpMethod.Get, since is null ? "/api/live" : $"/api/live?since={since}");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new Stream(client, answer, SseParser.Create(await answer.Content.ReadAsStreamAsync(ct)).EnumerateAsync(ct).GetAsyncEnumerator(ct));
    }

    private sealed record Event(string Name, string Id, int Revision, string? EventId);

    private sealed class Stream(HttpClient client, HttpResponseMessage answer, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        public async Task<Event> Next()
        {
            Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)), "The stream ended.");
            var body = JsonSerializer.Deserialize<JsonElement>(items.Current.Data);
            return new Event(items.Current.EventType, body.GetProperty("id").GetString()!, body.GetProperty("revision").GetInt32(), items.Current.EventId);
        }

        public async ValueTask DisposeAsync()
        {
            await Task.CompletedTask;
            answer.Dispose();
            client.Dispose();
        }
    }
}
