using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Catalog;

/// <summary>Stock on the real database.</summary>
public sealed class Taking_stock(OpenShop open) : IClassFixture<OpenShop>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("GD-3", "two renters at once: one wins")]
    [Requirement("WP-4", "last unit, two applicants: one gets it, the other is refunded")]
    [Requirement("CS-1", "one car, two customers")]
    public async Task Of_two_hundred_who_want_the_last_unit_exactly_one_has_it()
    {
        var shop = open.Shop;
        for (var round = 0; round < 3; round++)
        {
            var listing = (await shop.Offer("minji", shop.SingleKind)).Id;

            var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => AskUntilKnown(shop.Ask(listing, "take-stock"))));

            Assert.Single(replies, reply => reply is Reply.Yes { Event: "stock-taken" });
            Assert.Equal(199, replies.Count(reply => reply is Reply.No { Event: "stock-refused", Code: "stock-refused" }));
            Assert.Equal((0, 1), (await shop.Find(listing)) is var found ? (found.Available, found.Out) : default);
        }

        await shop.BooksAreInOrder();
    }

    /// <summary>As whoever asks does: what is unknown or out of reach in a crowd is asked again by its key.</summary>
    private async Task<Reply> AskUntilKnown(Request question)
    {
        while (true)
        {
            var reply = await open.Shop.Stock.Ask(question, ct);
            if (reply is Reply.Yes or Reply.No)
            {
                return reply;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
        }
    }

    [Fact]
    public async Task The_same_question_asked_twenty_times_at_once_has_one_effect_and_one_answer()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.CountedKind, new { quantity = 9 })).Id;
        var question = shop.Ask(listing, "take-stock", quantity: 2);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.Stock.Ask(question, ct)));

        Assert.All(replies, reply => Assert.Equal(new Reply.Yes("stock-taken"), reply));
        Assert.Equal((7, 2), (await shop.Find(listing)) is var found ? (found.Available, found.Out) : default);
    }

    [Fact]
    public async Task A_voided_question_that_arrives_late_takes_nothing()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var question = shop.Ask(listing, "take-stock");

        Assert.Equal(new Reply.No("timed-out", "timed-out"), await shop.Stock.Void(question, ct));
        Assert.Equal(new Reply.No("timed-out", "timed-out"), await shop.Stock.Ask(question, ct));
        Assert.Equal(1, (await shop.Find(listing)).Available);
    }

    [Fact]
    [Requirement("GD-10")]
    public async Task Requests_are_answered_to_who_asked_in_the_order_of_their_stream()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var (first, second) = (Ids.New(), Ids.New());

        await shop.Send(
            shop.Ask(listing, "take-stock", 1, first), shop.Ask(listing, "give-back-stock", 3, first),
            shop.Ask(listing, "take-stock", 1, second), shop.Ask(listing, "sell-stock", 2, second));

        var said = await ModuleBed.Until(
            async () => (List<Answered>)[.. await shop.Said<Answered>(CatalogMessages.Answered, first), .. await shop.Said<Answered>(CatalogMessages.Answered, second)], answers => answers.Count == 4);
        Assert.Equal(["stock-taken", "stock-given-back"], said.Where(answer => answer.Stream == first).Select(answer => answer.Event));
        Assert.Equal(["stock-taken", "stock-sold"], said.Where(answer => answer.Stream == second).Select(answer => answer.Event));
        Assert.Equal((0, 0, 1), (await shop.Find(listing)) is var found ? (found.Available, found.Out, found.Sold) : default);
        await shop.BooksAreInOrder();
    }

    [Fact]
    public async Task Every_change_of_a_listing_is_told_with_a_rising_revision()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.CountedKind, new { quantity = 50 })).Id;

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.Stock.Ask(shop.Ask(listing, "take-stock"), ct)));
        await shop.Send([.. Enumerable.Range(0, 30).Select(_ => shop.Ask(listing, "take-stock"))]);

        var told = await ModuleBed.Until(() => shop.Said<ListingChanged>(CatalogMessages.ListingChanged, listing), changes => changes.Count == 41);
        Assert.Equal(Enumerable.Range(1, 41), told.Select(change => change.Revision));
        Assert.Equal(Enumerable.Range(0, 41).Select(taken => 50 - taken), told.Select(change => change.Available));
        Assert.All(told.Skip(1), change => Assert.NotNull(change.Trade));
    }

    [Fact]
    public async Task Takings_and_returns_from_questions_and_requests_at_once_keep_the_books_in_order()
    {
        var shop = open.Shop;
        var listings = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => (await shop.Offer("minji", shop.CountedKind, new { quantity = 4 })).Id));
        var before = (await shop.Said(CatalogMessages.Answered)).Count;

        await Task.WhenAll(Enumerable.Range(0, 60).Select(async number =>
        {
            var (listing, trade) = (listings[number % 3], Ids.New());
            if (number % 2 == 0)
            {
                await shop.Stock.Ask(shop.Ask(listing, "take-stock", 1, trade), ct);
                await shop.Stock.Ask(shop.Ask(listing, "give-back-stock", 2, trade), ct);
            }
            else
            {
                await shop.Send(shop.Ask(listing, "take-stock", 1, trade), shop.Ask(listing, "give-back-stock", 2, trade));
            }
        }));

        await ModuleBed.Until(() => shop.Said(CatalogMessages.Answered), answers => answers.Count == before + 60);
        Assert.All(await Task.WhenAll(listings.Select(shop.Find)), listing => Assert.Equal((4, 0), (listing.Available, listing.Out)));
        await shop.BooksAreInOrder();
    }

    [Fact]
    public async Task A_request_that_no_sound_table_makes_is_parked_and_an_operator_answers_it()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var request = shop.Ask(listing, "sell-stock");

        await shop.Send(request);

        var parked = await ModuleBed.Until(() => shop.Bed.Get("/api/operator/catalog/parked", "sora"), heard => heard.Body?.AsArray().Count == 1);
        var id = parked.Body![0]!["id"]!.GetValue<long>();
        Assert.Equal(("sell-stock", "stock-sold"), ((string?)parked.Body[0]!["verb"], (string?)Assert.Single(parked.Body[0]!["answers"]!.AsArray())!["event"]));
        Assert.Equal(204, (await shop.Bed.Post($"/api/operator/catalog/parked/{id}/answer", "sora", new { @event = "stock-sold", reason = "Counted by hand." })).Status);
        Assert.Equal("stock-sold", Assert.Single(await shop.Said<Answered>(CatalogMessages.Answered, request.Stream)).Event);
    }

    [Fact]
    public async Task What_an_operator_tries_again_is_heard_though_nothing_else_comes_and_once_however_often_he_sends_it()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var request = shop.Ask(listing, "sell-stock", 3);
        await shop.Send(request);
        var parked = await ModuleBed.Until(
            async () => (await shop.Bed.Get("/api/operator/catalog/parked", "sora")).Body!.AsArray().SingleOrDefault(message => (Guid)message!["stream"]! == request.Stream), message => message is not null);
        await shop.Stock.Ask(shop.Ask(listing, "take-stock", 2, request.Stream), ct);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => shop.Bed.Post($"/api/operator/catalog/parked/{parked!["id"]}/retry", "sora", null, ("Idempotency-Key", "again"))));

        Assert.All(answers, answer => Assert.Equal(204, answer.Status));
        await ModuleBed.Until(() => shop.Said<Answered>(CatalogMessages.Answered, request.Stream), said => said is [{ Event: "stock-sold" }]);
        Assert.Equal(204, (await shop.Bed.Post($"/api/operator/catalog/parked/{parked!["id"]}/retry", "sora", null, ("Idempotency-Key", "again"))).Status);
    }

    [Theory]
    [InlineData("update listings set available = -1, out = 2 where id = $1")]
    [InlineData("update listings set available = 2 where id = $1")]
    [InlineData("update listings set first_quantity = 2, available = 2 where id = $1")]
    [InlineData("insert into allocations select gen_random_uuid(), id, true, 'taken', 1, 1, 0, '' from listings, generate_series(1, 2) where id = $1")]
    [InlineData("insert into allocations select gen_random_uuid(), id, true, 'taken', 0, 1, 0, '' from listings where id = $1")]
    public async Task The_database_itself_refuses_what_the_rules_never_do(string sql)
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => shop.Bed.StorageOf(Modules.Catalog).Do(Cause.New(), work =>
        {
            work.Write(sql, listing);
            return Task.CompletedTask;
        }, ct));

        Assert.Contains(refused.SqlState, new[] { "23514", "23505" });
    }
}
