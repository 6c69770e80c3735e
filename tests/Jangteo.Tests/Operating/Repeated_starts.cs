using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Operating;

/// <summary>A buyer who begins and cancels trades on one listing again and again is stopped, and the seller reads of it once.</summary>
[Collection(OperatedMarket.Tests)]
public sealed class Repeated_starts(OperatedMarket market)
{
    [Fact]
    public async Task The_sixth_start_within_an_hour_is_refused_and_the_seller_reads_one_notice_with_a_count()
    {
        var seller = $"seller {Guid.NewGuid():N}";
        var listing = (await market.Bed.Post("/api/listings", seller, new { kind = "second-hand", title = "Radio", description = "Works.", price = 9_000 })).Id;
        for (var count = 0; count < 5; count++)
        {
            await RequestAndCancel(listing);
        }

        var refused = await Request(listing, "junho");

        Assert.Equal((429, "too-many-requests"), (refused.Status, refused.Problem));
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], null), 3_000, 3_600);
        // Others may still ask for it.
        Assert.Equal(201, (await Request(listing, "minji")).Status);
        var notices = (await ModuleBed.Until(
            async () => (await market.Bed.Get("/api/notices?limit=100", seller)).Body!["items"]!.AsArray().Where(one => (Guid)one!["listing"]! == listing).ToList(),
            items => items.Any(one => (string?)one!["what"] == "request" && (int)one["count"]! == 5) && items.Any(one => (int)one!["count"]! == 1))).ToList();
        Assert.Equal(2, notices.Count(one => (string?)one!["what"] == "request"));
    }

    [Fact]
    public async Task Starts_that_were_refused_before_they_began_hide_none_that_counts()
    {
        var listing = (await market.Bed.Post("/api/listings", $"seller {Guid.NewGuid():N}", new { kind = "second-hand", title = "Clock", description = "Works.", price = 9_000 })).Id;
        for (var count = 0; count < 4; count++)
        {
            await RequestAndCancel(listing);
        }

        for (var count = 0; count < 20; count++)
        {
            Assert.Equal("payment-declined", (await market.Bed.Post("/api/trades", "junho", new { listing, price = 9_000, card = "declined" })).Problem);
        }

        await RequestAndCancel(listing);

        Assert.Equal("too-many-requests", (await Request(listing, "junho")).Problem);
    }

    [Fact]
    public async Task An_hour_later_the_buyer_may_start_again()
    {
        var listing = (await market.Bed.Post("/api/listings", $"seller {Guid.NewGuid():N}", new { kind = "second-hand", title = "Lamp", description = "Works.", price = 9_000 })).Id;
        for (var count = 0; count < 5; count++)
        {
            await RequestAndCancel(listing);
        }

        // An id that says that the oldest of them began an hour ago.
        var hourAgo = Guid.CreateVersion7(DateTimeOffset.UtcNow.AddMinutes(-61));
        await market.AsOwner($"update trading.trades set id = '{hourAgo}' where id = (select id from trading.trades where listing = '{listing}' order by id limit 1)");

        Assert.Equal(201, (await Request(listing, "junho")).Status);
    }

    [Fact]
    public async Task What_repeats_is_sent_twice_and_then_collapsed_and_the_books_say_so()
    {
        var storage = market.Bed.StorageOf(Modules.Notices);
        var (person, other, listing) = (Platform.Ids.New(), Platform.Ids.New(), Platform.Ids.New());
        await market.AsOwner($"insert into notices.people (person, name, email, phone, language) values ('{person}', 'x', 'x@example.com', '+821012345678', 'en')");
        for (var count = 1; count <= 4; count++)
        {
            await market.AsOwner(
                $$"""
                insert into notices.notices (subject, cause, what, person, channel, id, trade, listing, kind, status, at, facts, other)
                values (gen_random_uuid(), {{count}}, 'request', '{{person}}', 'sms', gen_random_uuid(), null, '{{listing}}', 'second-hand', 'waiting', now(),
                    '{"listing":"x","amount":1,"currency":"KRW","isAlarm":false}', '{{other}}')
                """);
        }

        var statuses = await ModuleBed.Until(
            () => storage.Query(new Sql("select status from notices where person = $1 order by number", person), reader => reader.GetString(0), TestContext.Current.CancellationToken),
            found => !found.Contains("waiting"));

        Assert.Equal(["sent", "sent", "collapsed", "collapsed"], statuses);
        var books = await market.Bed.Get("/api/operator/notices/books", "sora");
        Assert.Contains(books.Body!["checks"]!.AsArray(), check => (string?)check!["code"] == "I9-collapsed-repeats" && (bool)check["ok"]!);
    }

    private Task<Heard> Request(Guid listing, string buyer) => market.Bed.Post("/api/trades", buyer, new { listing, price = 9_000, card = "ok" });

    private async Task RequestAndCancel(Guid listing)
    {
        var trade = await ModuleBed.Until(() => Request(listing, "junho"), heard => heard.Status == 201);
        Assert.InRange((await market.Bed.Post($"/api/trades/{trade.Id}/withdraw", "junho", new { })).Status, 200, 202);
        await ModuleBed.Until(() => market.Bed.Get($"/api/trades/{trade.Id}", "junho"), heard => heard["state"] is not "requested");
    }
}
