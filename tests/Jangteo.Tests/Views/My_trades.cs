using System.Net;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform;

namespace Jangteo.Tests.Views;

/// <summary>GET /api/my/trades: each party's trades on one screen.</summary>
[Collection(nameof(InTown))]
public sealed class My_trades(Town town)
{
    [Fact]
    public async Task Trades_that_wait_for_me_come_first_then_those_that_wait_for_others_then_those_that_are_over()
    {
        var junho = new PersonRef(Ids.New(), "Junho");
        var mine = await Tale.Of(town, seller: junho).Moves("request");
        var theirs = await Tale.Of(town, seller: junho).MovesAll("request", "accept");
        var over = await Tale.Of(town, seller: junho).MovesAll("request", "accept", "finish");
        var mineToo = await Tale.Of(town, seller: junho).Moves("request");
        await town.Rest();

        var (_, page) = await town.Get("/api/my/trades", junho);

        Assert.Equal(
            [(mineToo.Trade, "your-move"), (mine.Trade, "your-move"), (theirs.Trade, "waiting"), (over.Trade, "done")],
            page.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("id").GetGuid(), item.GetProperty("standing").GetString())));
        Assert.Equal((2, 1, 1), (Count(page, "yourMove"), Count(page, "waiting"), Count(page, "done")));
    }

    [Fact]
    [Requirement("MA-6")]
    [Requirement("MA-N3.1")]
    public async Task The_customer_sees_the_order_status_on_one_screen_in_the_words_of_the_mall()
    {
        var tale = Tale.Of(town, "shopping-mall");
        var seen = new List<string?>();
        foreach (var move in new[] { "order", "open-payment", "confirm-deposit", "prepare", "ship", "arrive", "confirm-receipt" })
        {
            await tale.Moves(move);
            await town.Rest();
            seen.Add((await Only(tale.Buyer, "ko")).GetProperty("label").GetString());
        }

        Assert.Equal(["주문접수", "입금확인대기", "입금확인완료", "상품준비완료", "배송중", "배송완료", "수령확인"], seen);

        var cancelled = await Tale.Of(town, "shopping-mall").MovesAll("order", "cancel");
        var ranOut = await Tale.Of(town, "shopping-mall").MovesAll("order", "open-payment", "confirm-deposit", "run-out");
        await town.Rest();
        Assert.Equal("주문취소", (await Only(cancelled.Buyer, "ko")).GetProperty("label").GetString());
        Assert.Equal("결제취소", (await Only(ranOut.Buyer, "ko")).GetProperty("label").GetString());
    }

    [Theory]
    [InlineData("request accept", "accepted", "수락됨")]
    [InlineData("request reject", "rejected", "거절됨")]
    [Requirement("CM-4")]
    [Requirement("CM-5")]
    public async Task Accepted_and_rejected_are_called_what_they_are(string moves, string state, string label)
    {
        var tale = await Tale.Of(town).MovesAll(moves.Split(' '));
        await town.Rest();

        var trade = await Only(tale.Buyer, "ko");

        Assert.Equal((state, label), (trade.GetProperty("state").GetString(), trade.GetProperty("label").GetString()));
        Assert.Equal(state == "rejected" ? "done" : "your-move", trade.GetProperty("standing").GetString());
    }

    [Fact]
    [Requirement("WP-10")]
    [Requirement("WP-N3")]
    public async Task The_customer_sees_rental_and_delivery_at_any_time()
    {
        var tale = await Tale.Of(town, "water-purifier").MovesAll("apply", "prepare", "ship");
        await tale.Notes("heard", heard: "delivery-started", delivery: "under-way");
        await town.Rest();

        var trade = await Only(tale.Buyer, "en");

        Assert.Equal(("delivering", "under-way", "On its way"), (trade.GetProperty("state").GetString(), trade.GetProperty("delivery").GetString(), trade.GetProperty("deliveryLabel").GetString()));
        Assert.Contains(trade.GetProperty("next").EnumerateArray(), due => due.GetProperty("do").GetString() == "give-up");
    }

    [Fact]
    [Requirement("CS-6", "only their own")]
    public async Task Nobody_sees_the_trades_of_others()
    {
        var tale = await Tale.Of(town, "car-share").Moves("rent");
        await town.Rest();

        Assert.Equal("buyer", (await Only(tale.Buyer, "en")).GetProperty("as").GetString());
        Assert.Equal("seller", (await Only(tale.Seller, "en")).GetProperty("as").GetString());
        Assert.Empty((await town.Get("/api/my/trades", new PersonRef(Ids.New(), "Curious"))).Body.GetProperty("items").EnumerateArray());
        Assert.Empty((await town.Get("/api/my/trades", new PersonRef(Ids.New(), "Sora"), isOperator: true)).Body.GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.Unauthorized, (await town.Get("/api/my/trades")).Status);
    }

    [Fact]
    public async Task Side_and_state_narrow_the_list()
    {
        var me = new PersonRef(Ids.New(), "Me");
        var bought = await Tale.Of(town, buyer: me).Moves("request");
        var sold = await Tale.Of(town, seller: me).MovesAll("request", "accept");
        await town.Rest();

        Assert.Equal([bought.Trade], await List(me, "as=buyer"));
        Assert.Equal([sold.Trade], await List(me, "as=seller"));
        Assert.Equal([sold.Trade], await List(me, "state=accepted"));
        Assert.Equal([sold.Trade, bought.Trade], await List(me, "state=waiting"));
        Assert.Empty(await List(me, "state=done"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await town.Get("/api/my/trades?as=thief", me)).Status);
    }

    [Fact]
    public async Task Page_by_page_every_trade_comes_once()
    {
        var me = new PersonRef(Ids.New(), "Me");
        for (var number = 0; number < 5; number++)
        {
            await Tale.Of(town, seller: me).MovesAll(number % 2 == 0 ? ["request"] : ["request", "reject"]);
        }

        await town.Rest();
        var all = await List(me, "limit=100");
        var paged = new List<Guid>();
        for (string? next = ""; next is not null;)
        {
            var page = (await town.Get($"/api/my/trades?limit=2{(next.Length > 0 ? "&cursor=" + next : "")}", me)).Body;
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(5, all.Count);
        Assert.Equal(all, paged);
    }

    [Fact]
    public async Task A_start_that_was_refused_is_listed_to_nobody()
    {
        var tale = await Tale.Of(town).Notes("not-begun", "request", "payment-declined");
        await town.Rest();

        Assert.Empty(await List(tale.Buyer, ""));
    }

    [Fact]
    [Requirement("CP-2")]
    public async Task Who_has_just_moved_a_trade_sees_it_moved()
    {
        var tale = await Tale.Of(town).Moves("request");
        var waiting = town.Get($"/api/my/trades?after=trading:{tale.Trade}:2", tale.Seller);

        await tale.Moves("accept");

        Assert.Equal("accepted", (await waiting).Body.GetProperty("items")[0].GetProperty("state").GetString());
    }

    private static int Count(JsonElement page, string standing) => page.GetProperty("counts").GetProperty(standing).GetInt32();

    private async Task<JsonElement> Only(PersonRef person, string language) =>
        Assert.Single((await town.Get("/api/my/trades", person, language: language)).Body.GetProperty("items").EnumerateArray());

    private async Task<List<Guid>> List(PersonRef person, string query) =>
        [.. (await town.Get("/api/my/trades?" + query, person)).Body.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid())];
}
