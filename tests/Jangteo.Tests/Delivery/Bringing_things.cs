using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Catalog;

namespace Jangteo.Tests.Delivery;

/// <summary>Deliveries on the real database and over HTTP: junho sells, minji buys.</summary>
public sealed class Bringing_things(OpenYard open, TestPostgres postgres) : IClassFixture<OpenYard>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("WP-10")]
    public async Task What_is_under_way_is_seen_by_both_sides_and_by_nobody_else()
    {
        var bed = open.Bed;
        var trade = Ids.New();

        await Send(bed, Ask(trade, "deliver", 3));

        var sellers = await ModuleBed.Until(() => bed.Get("/api/deliveries?state=under-way", "junho"), heard => ItemOf(heard, trade) is not null);
        var buyers = await bed.Get("/api/deliveries", "minji");
        var item = ItemOf(sellers, trade)!;
        Assert.Equal((trade.ToString(), "seller", "under-way", "Neuti-dong 4", "Brass kettle"), (item["trade"]!.ToString(), item["as"]!.ToString(), item["state"]!.ToString(), item["address"]!.ToString(), item["listing"]!["title"]!.ToString()));
        Assert.Equal(["arrived"], item["youMay"]!.AsArray().Select(may => may!.ToString()));
        Assert.Equal("buyer", ItemOf(buyers, trade)!["as"]!.ToString());
        Assert.Empty(ItemOf(buyers, trade)!["youMay"]!.AsArray());
        Assert.NotNull(ItemOf(await bed.Get("/api/deliveries?as=seller", "junho"), trade));
        Assert.Null(ItemOf(await bed.Get("/api/deliveries?as=seller", "minji"), trade));
        Assert.Empty((await bed.Get("/api/deliveries", "sora")).Body!["items"]!.AsArray());
        Assert.Equal("unauthenticated", (await bed.Get("/api/deliveries")).Problem);
    }

    [Fact]
    [Requirement("CS-3")]
    public async Task The_sellers_side_marks_the_arrival_and_the_trade_hears_of_it_once()
    {
        var bed = open.Bed;
        var trade = Ids.New();
        await Send(bed, Ask(trade, "deliver", 3));
        await ModuleBed.Until(() => Said(bed, trade), said => said.Count == 1);

        var stranger = await bed.Post($"/api/deliveries/{trade}/arrived", "sora", new { });
        var buyer = await bed.Post($"/api/deliveries/{trade}/arrived", "minji", new { });
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => bed.Post($"/api/deliveries/{trade}/arrived", "junho", new { })));

        Assert.Equal((404, "not-found"), (stranger.Status, stranger.Problem));
        Assert.Equal((403, "not-yours"), (buyer.Status, buyer.Problem));
        Assert.Equal("arrived", Assert.Single(answers, answer => answer.Status == 200)["state"]);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal((409, "not-now"), (answer.Status, answer.Problem)));
        var delivered = Assert.Single(await Said(bed, trade), message => message.Read<Answered>().Event == "delivered");
        Assert.Equal(new Answered(trade, 3, "deliver", "delivered"), delivered.Read<Answered>());
        await BooksAreInOrder(bed);
    }

    [Fact]
    [Requirement("WP-6", "after it has arrived: refused")]
    [Requirement("CS-4", "arrived but not yet heard: taken back, and told")]
    public async Task Cancelling_against_arriving_has_one_winner_and_both_sides_agree()
    {
        var bed = open.Bed;
        for (var round = 0; round < 8; round++)
        {
            var trade = Ids.New();
            await Send(bed, Ask(trade, "deliver", 3));
            await ModuleBed.Until(() => Said(bed, trade), said => said.Count == 1);

            var cancelling = bed.QuestionsTo(Modules.Delivery).Ask(Ask(trade, "cancel-delivery", 5), ct);
            var arriving = bed.Post($"/api/deliveries/{trade}/arrived", "junho", new { });
            var (cancelled, arrived) = (await cancelling, await arriving);

            Assert.Equal(cancelled is Reply.Yes, arrived.Problem == "not-now");
            Assert.Equal(cancelled is Reply.No { Event: "delivery-too-late" }, arrived.Status == 200);
        }

        await BooksAreInOrder(bed);
    }

    [Fact]
    public async Task The_same_question_asked_twenty_times_at_once_starts_one_delivery()
    {
        var bed = open.Bed;
        var question = Ask(Ids.New(), "deliver", 3);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => bed.QuestionsTo(Modules.Delivery).Ask(question, ct)));

        Assert.All(replies, reply => Assert.Equal(new Reply.Yes("delivery-started"), reply));
        Assert.NotNull(ItemOf(await bed.Get("/api/deliveries", "junho"), question.Stream));
    }

    [Fact]
    public async Task A_voided_question_that_arrives_late_starts_nothing()
    {
        var bed = open.Bed;
        var question = Ask(Ids.New(), "deliver", 3);

        Assert.Equal(new Reply.No("timed-out", "timed-out"), await bed.QuestionsTo(Modules.Delivery).Void(question, ct));
        Assert.Equal(new Reply.No("timed-out", "timed-out"), await bed.QuestionsTo(Modules.Delivery).Ask(question, ct));
        Assert.Equal("not-found", (await bed.Post($"/api/deliveries/{question.Stream}/arrived", "junho", new { })).Problem);
    }

    [Fact]
    public async Task A_list_goes_on_where_its_part_ended()
    {
        var bed = open.Bed;
        var trades = Enumerable.Range(0, 5).Select(_ => Ids.New()).ToArray();
        foreach (var trade in trades)
        {
            await bed.QuestionsTo(Modules.Delivery).Ask(Ask(trade, "deliver", 3), ct);
        }

        var first = await bed.Get("/api/deliveries?limit=3", "junho");
        var second = await bed.Get($"/api/deliveries?limit=3&cursor={first["next"]}", "junho");

        Assert.Equal(trades.Reverse().Select(trade => trade.ToString()), first.Body!["items"]!.AsArray().Concat(second.Body!["items"]!.AsArray()).Take(5).Select(item => item!["trade"]!.ToString()));
        Assert.Equal("", (await bed.Get("/api/deliveries?limit=100", "junho"))["next"]);
    }

    [Theory]
    [InlineData("as=thief", "as")]
    [InlineData("state=none", "state")]
    [InlineData("state=lost", "state")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task What_is_wrong_in_a_query_is_said_by_its_name(string query, string name)
    {
        var bed = open.Bed;

        Assert.Equal([name], (await bed.Get($"/api/deliveries?{query}", "junho")).Fields);
    }

    private static System.Text.Json.Nodes.JsonNode? ItemOf(Beds.Heard list, Guid trade) => list.Body!["items"]!.AsArray().FirstOrDefault(item => item!["trade"]!.ToString() == trade.ToString());

    private static Request Ask(Guid trade, string verb, int revision) => new()
    {
        Stream = trade,
        Revision = revision,
        Verb = verb,
        Asker = Modules.Trading,
        Kind = "lending",
        Listing = Ids.New(),
        Seller = SandboxPeople.IdOf("junho"),
        Buyer = SandboxPeople.IdOf("minji"),
        Currency = "KRW",
        Address = "Neuti-dong 4",
        Title = "Brass kettle",
    };

    [Fact]
    public async Task The_books_look_for_the_whole_key_of_what_was_started()
    {
        await using var yard = await ModuleBed.Start(postgres, [new DeliveryModule(), new Neighbours(Modules.Trading)]);
        // Asked for at revision 13, and started by a request of revision 3 that no one made.
        await yard.StorageOf(Modules.Delivery).Do(Cause.New(), work =>
        {
            work.Write(
                """
                insert into shipments (trade, kind, listing, title, seller, correlation, state, started_at, cancelled_up_to, answers, since)
                values ($1, 'x', $1, 'x', $1, $1, 'under-way', 3, 0, '13/deliver=delivery-started', now())
                """,
                Ids.New());
            return Task.CompletedTask;
        }, ct);

        Assert.False((await yard.Get("/api/operator/delivery/books?all=true", SandboxPeople.Operator)).Body?["ok"]?.GetValue<bool>());
    }

    private static Task Send(ModuleBed bed, Request request) =>
        bed.StorageOf(Modules.Trading).Do(Cause.New(), work =>
        {
            work.Send(TradingMessages.Requests, request.Stream, request, new MessageContext(request.Stream, request.Kind, request.Buyer, request.Seller, request.Listing), receiver: Modules.Delivery);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);

    private static async Task<List<Message>> Said(ModuleBed bed, Guid? trade = null) =>
        [.. (await bed.StorageOf(Modules.Delivery).Query(new Sql("select message from outbox order by id"), row => JsonSerializer.Deserialize<Message>(row.GetString(0), Wire.Json)!, TestContext.Current.CancellationToken))
            .Where(message => trade is null || message.Stream == trade)];

    private static async Task BooksAreInOrder(ModuleBed bed)
    {
        var books = await bed.Get("/api/operator/delivery/books?all=true", SandboxPeople.Operator);
        Assert.True(books.Body?["ok"]?.GetValue<bool>(), books.ToString());
    }
}

/// <summary>One delivery module for the tests of a class, which leave alone what is not theirs.</summary>
public sealed class OpenYard(TestPostgres postgres) : IAsyncLifetime
{
    internal ModuleBed Bed { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Bed = await ModuleBed.Start(postgres, [new DeliveryModule(), new Neighbours(Modules.Trading)]);

    public ValueTask DisposeAsync() => Bed.DisposeAsync();
}
