using Jangteo.Tests;

namespace Jangteo.SystemTests.Edges;

/// <summary>GD: somebody borrows a thing from a neighbour.</summary>
public sealed class NeighborhoodRentalEdges(SharedProgram shared)
{
    private const string Kind = "neighborhood-rental";

    [Fact]
    [Requirement("GD-3", "deleted item")]
    public async Task A_deleted_item_is_not_reserved_and_nothing_begins()
    {
        var shop = new Shop(await shared.Running);
        var item = await shop.List(Kind);
        var renter = await shop.Somebody("renter");
        Assert.InRange((await item.Seller.Delete($"/api/listings/{item.Id}")).Status, 200, 204);

        var said = await Shop.Eventually(() => shop.Ask(renter, item), said => said.Status != 201);

        Assert.Equal("listing-withdrawn", said.Code);
        await shop.AtRest();
        Assert.DoesNotContain(
            (await renter.Get("/api/my/trades?as=buyer")).Body!["items"]!.AsArray(), trade => (string?)trade!["state"] == "reserved");
    }

    [Fact]
    [Requirement("GD-12", "exactly one")]
    public async Task An_item_that_is_registered_by_a_double_click_raises_one_alarm()
    {
        var shop = new Shop(await shared.Running);
        var manager = await shop.Somebody("manager");
        var body =
            new System.Text.Json.Nodes.JsonObject { ["kind"] = Kind, ["title"] = "Drill", ["description"] = "Strong.", ["price"] = 5_000 };

        var said = await Task.WhenAll(
            Enumerable.Range(0, 3)
                .Select(_ => manager.Post("/api/listings", (System.Text.Json.Nodes.JsonObject)body.DeepClone(), key: "drill")));

        var item = Assert.Single(said.Select(answer => answer.Id).Distinct());
        await shop.AtRest();
        Assert.Single((await manager.Get("/api/notices")).Body!["items"]!.AsArray(), notice => (Guid?)notice!["listing"] == item);
    }

    [Fact]
    [Requirement("GD-4", "after lending: refused")]
    [Requirement("GD-7", "lent")]
    public async Task After_lending_neither_the_reservation_nor_the_payment_is_cancelled()
    {
        var (shop, deal) = await Lent();

        Assert.Equal("not-now", (await deal.BuyerDoes("cancel-reservation")).Code);
        Assert.Equal("not-now", (await deal.BuyerDoes("cancel-payment")).Code);

        Assert.Equal("lent", (await shop.At(deal, _ => true))["state"]!.ToString());
    }

    [Fact]
    [Requirement("GD-4", "twice")]
    public async Task A_reservation_is_cancelled_once()
    {
        var (shop, deal) = await Reserved();

        Assert.Equal("cancelled", (await deal.BuyerDoes("cancel-reservation")).State);
        Assert.Equal("not-now", (await deal.BuyerDoes("cancel-reservation")).Code);

        await shop.Left(deal.Thing, 1);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-6", "the amount is the price at reservation")]
    public async Task The_amount_is_the_price_at_reservation()
    {
        var (shop, deal) = await Reserved(price: 10_000);
        // What is shown may be a revision behind for a moment: whoever is told so looks again.
        var changed = await Shop.Eventually(
            async () => await deal.Seller.Send(HttpMethod.Patch, $"/api/listings/{deal.Thing.Id}", new() { ["price"] = 99_000 }, key: null, ifMatch: await Revision(deal)),
            said => said.Code != "stale");
        Assert.Equal(200, changed.Status);

        var paid = await deal.BuyerDoes("pay", Deal.Card());

        Assert.Equal(10_000, (long)paid.Body!["money"]!["held"]!);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-6", "double click is one payment")]
    public async Task A_double_click_is_one_payment()
    {
        var (shop, deal) = await Reserved();

        var clicks = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => deal.BuyerDoes("pay", Deal.Card(), key: "click")));

        Assert.All(clicks, click => Assert.Equal("paid", click.State));
        Assert.Equal(10_000, (long)(await shop.At(deal, "paid"))["money"]!["held"]!);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-7", "unpaid")]
    [Requirement("GD-7", "twice")]
    [Requirement("GD-7")]
    public async Task A_payment_is_cancelled_once_and_can_be_made_again()
    {
        var (shop, deal) = await Reserved();

        Assert.Equal("not-now", (await deal.BuyerDoes("cancel-payment")).Code);
        Assert.Equal("paid", (await deal.BuyerDoes("pay", Deal.Card())).State);
        Assert.Equal("reserved", (await deal.BuyerDoes("cancel-payment")).State);
        Assert.Equal("not-now", (await deal.BuyerDoes("cancel-payment")).Code);
        Assert.Equal("paid", (await deal.BuyerDoes("pay", Deal.Card())).State);

        var trade = await shop.At(deal, trade => (long)trade["money"]!["refunded"]! == 10_000);
        Assert.Equal(10_000, (long)trade["money"]!["held"]!);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-8", "unpaid: refused")]
    public async Task What_is_not_paid_is_not_lent()
    {
        var (_, deal) = await Reserved();

        Assert.Equal("not-now", (await deal.SellerDoes("lend")).Code);
    }

    [Fact]
    [Requirement("GD-9", "cancel against lend: exactly one wins")]
    public async Task Of_cancelling_and_lending_at_once_exactly_one_wins()
    {
        var shop = new Shop(await shared.Running);
        for (var round = 0; round < 5; round++)
        {
            var (_, deal) = await Paid();

            var both = await Task.WhenAll(deal.BuyerDoes("cancel-request"), deal.SellerDoes("lend"));

            var won = Assert.Single(both, said => said.Status == 200);
            Assert.Equal("not-now", Assert.Single(both, said => said.Status != 200).Code);
            Assert.Equal(won.State, (await shop.At(deal, _ => true))["state"]!.ToString());
        }

        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-10", "never lent")]
    [Requirement("GD-10", "returned twice")]
    [Requirement("GD-10", "item and view agree")]
    [Requirement("GD-10")]
    public async Task What_was_lent_is_returned_once_and_is_rentable_again()
    {
        var (shop, deal) = await Paid();

        Assert.Equal("not-now", (await deal.SellerDoes("return")).Code);
        Assert.Equal("lent", (await deal.SellerDoes("lend")).State);
        await shop.Left(deal.Thing, 0);
        Assert.Equal("brought-back", (await deal.SellerDoes("return")).State);
        Assert.Equal("not-now", (await deal.SellerDoes("return")).Code);

        await shop.Left(deal.Thing, 1);
        var next = await shop.Begun(deal.Thing);
        await shop.At(next, "reserved");
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-10", "returned without having been lent: the renter objects, and nothing is paid")]
    public async Task Lending_and_returning_at_once_pays_nothing_while_the_renter_can_object()
    {
        var (shop, deal) = await Lent();

        Assert.Equal("brought-back", (await deal.SellerDoes("return")).State);
        Assert.Equal("not-yours", (await deal.SellerDoes("release")).Code);
        var trade = await shop.At(deal, trade => (string?)trade["state"] == "brought-back" && (string?)trade["stock"] != "taken");
        Assert.Equal((10_000, 0), ((long)trade["money"]!["held"]!, (long)trade["money"]!["paidOut"]!));
        Assert.Equal("disputed", (await deal.BuyerDoes("contest")).State);

        Assert.Equal(10_000, (long)(await shop.At(deal, "disputed"))["money"]!["held"]!);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-10", "the renter confirms: the item manager is paid at once, and once")]
    public async Task Confirmed_by_the_renter_the_item_manager_is_paid_once()
    {
        var (shop, deal) = await Lent();
        Assert.Equal("brought-back", (await deal.SellerDoes("return")).State);

        var both = await Task.WhenAll(deal.BuyerDoes("release"), deal.BuyerDoes("contest"), deal.BuyerDoes("release"));

        Assert.Single(both, said => said.Status == 200);
        if (both[1].Status != 200)
        {
            Assert.Equal(9_700, (long)(await shop.At(deal, trade => (long)trade["money"]!["paidOut"]! > 0))["money"]!["paidOut"]!);
        }

        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-5", "event late")]
    [Requirement("GD-3", "two renters at once: one wins")]
    public async Task Whoever_comes_on_a_stale_copy_is_refused_and_holds_nothing()
    {
        var shop = new Shop(await shared.Running);
        for (var round = 0; round < 5; round++)
        {
            var thing = await shop.List(Kind);
            var renters = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Somebody("renter")));

            var said = await Task.WhenAll(renters.Select(renter => shop.Ask(renter, thing)));

            var deals = said.Zip(renters).Where(pair => pair.First.Status == 201).Select(pair => new Deal(pair.First.Id, thing, pair.Second)).ToList();
            Assert.All(said.Where(answer => answer.Status != 201), answer => Assert.Equal("sold-out", answer.Code));
            var states = await Task.WhenAll(deals.Select(deal => shop.At(deal, trade => (string?)trade["state"] != "reserving")));
            Assert.Single(states, trade => (string?)trade["state"] == "reserved");
            Assert.All(states.Where(trade => (string?)trade["state"] != "reserved"), trade => Assert.Equal("refused", (string?)trade["state"]));
        }

        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-11", "lag")]
    [Requirement("GD-11", "deleted items")]
    [Requirement("GD-N3.1")]
    public async Task The_combined_status_follows_the_item_and_its_trade_and_keeps_deleted_items()
    {
        var (shop, deal) = await Reserved();

        await Combined(deal, item => item.ToJsonString().Contains("reserved"));
        Assert.Equal("cancelled", (await deal.BuyerDoes("cancel-reservation")).State);
        await shop.Left(deal.Thing, 1);
        var gone = await Shop.Eventually(() => deal.Seller.Delete($"/api/listings/{deal.Thing.Id}"), said => said.Code != "listing-in-use");
        Assert.InRange(gone.Status, 200, 204);

        await Combined(deal, item => item.ToJsonString().Contains("withdrawn"));
    }

    private static Task Combined(Deal deal, Func<System.Text.Json.Nodes.JsonNode, bool> isSo) =>
        Shop.Eventually(async () => (await deal.Seller.Get("/api/my/listings")).Body!, list => list["items"]!.AsArray().Any(item => item!.ToJsonString().Contains(deal.Thing.Id.ToString()) && isSo(item)));

    private static async Task<string> Revision(Deal deal) => (await deal.Seller.Get($"/api/listings/{deal.Thing.Id}")).Body!["revision"]!.ToString();

    private async Task<(Shop Shop, Deal Deal)> Reserved(long price = 10_000)
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind, price));
        await shop.At(deal, "reserved");
        return (shop, deal);
    }

    private async Task<(Shop Shop, Deal Deal)> Paid()
    {
        var (shop, deal) = await Reserved();
        Assert.Equal("paid", (await deal.BuyerDoes("pay", Deal.Card())).State);
        return (shop, deal);
    }

    private async Task<(Shop Shop, Deal Deal)> Lent()
    {
        var (shop, deal) = await Paid();
        Assert.Equal("lent", (await deal.SellerDoes("lend")).State);
        return (shop, deal);
    }
}
