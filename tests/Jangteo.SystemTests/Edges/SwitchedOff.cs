using Jangteo.Tests;

namespace Jangteo.SystemTests.Edges;

/// <summary>What is sync and what is async: each module switched off while people go on, and switched on again.</summary>
[Collection(FaultyProgram.Tests)]
public sealed class SwitchedOff(FaultyProgram faulty)
{
    /// <summary>By messages alone: a deadline of a table is hours away, and the clock is not moved.</summary>
    private static readonly TimeSpan WithinSeconds = TimeSpan.FromSeconds(10);

    [Fact]
    [Requirement("GD-N1.1", "a time-out is not a no")]
    public async Task A_time_out_is_not_a_no()
    {
        var shop = new Shop(await faulty.Running);
        var deal = await shop.Begun(await shop.List("neighborhood-rental"));
        await shop.At(deal, "reserved");

        await shop.Switch("payments-time-out-after", true);
        var pay = deal.BuyerDoes("pay", Deal.Card(), key: "pay");
        await Shop.Eventually(async () => (await deal.Buyer.Get($"/api/trades/{deal.Id}")).Body!, trade => trade["pending"] is not null);
        await shop.Switch("payments-time-out-after", false);

        Assert.Contains((await pay).Status, new[] { 200, 202 });
        Assert.Equal(10_000, (long)(await shop.At(deal, "paid"))["money"]!["held"]!);
        Assert.Equal("paid", (await deal.BuyerDoes("pay", Deal.Card(), key: "pay")).State);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-N1.1")]
    public async Task What_stays_unknown_is_voided_and_nothing_is_held()
    {
        var shop = new Shop(await faulty.Running);
        var deal = await shop.Begun(await shop.List("neighborhood-rental"));
        await shop.At(deal, "reserved");

        await shop.Switch("payments-time-out-before", true);
        var said = await deal.BuyerDoes("pay", Deal.Card(), key: "pay");
        await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken));
        await shop.Switch("payments-time-out-before", false);

        Assert.Contains(said.Status, new[] { 202, 409 });
        var trade = await shop.At(deal, trade => trade["pending"] is null);
        Assert.Equal("reserved", (string?)trade["state"]);
        Assert.Equal(0, (long)trade["money"]!["held"]!);
        Assert.Equal("timed-out", (await deal.BuyerDoes("pay", Deal.Card(), key: "pay")).Code);
        Assert.Equal("paid", (await deal.BuyerDoes("pay", Deal.Card(), key: "again")).State);
        await shop.BooksAreRight();
    }

    [Fact]
    public async Task A_declined_card_is_told_also_while_what_was_taken_cannot_be_given_back()
    {
        var shop = new Shop(await faulty.Running);
        var car = await shop.List("car-share");
        var customer = await shop.Somebody("customer");

        await shop.Switch("messages-held", true);
        var said = await shop.Ask(customer, car, card: "declined");
        await shop.Switch("messages-held", false);

        Assert.Equal("payment-declined", said.Code);
        await shop.BeginsAtLast(customer, car);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-N2.4")]
    public async Task Without_the_alarm_a_listing_is_a_draft_that_is_registered_later()
    {
        var shop = new Shop(await faulty.Running);
        var seller = await shop.Somebody("manager");
        await shop.Switch("alarms-down", true);

        var refused = await seller.Post("/api/listings", new() { ["kind"] = "neighborhood-rental", ["title"] = "Drill", ["description"] = "Strong.", ["price"] = 5_000 });
        await shop.Switch("alarms-down", false);

        Assert.Equal("alarm-unavailable", refused.Code);
        Assert.Equal(503, refused.Status);
        Assert.NotNull(refused.RetryAfter);
        var draft = (string)refused.Body!["listing"]!["id"]!;
        var registered = await Shop.Eventually(() => seller.Post($"/api/listings/{draft}/register"), said => said.Status != 503);
        Assert.Equal("registered", (string?)registered.Body!["status"]);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-N1.2", "alarm sent, item failed")]
    public async Task An_alarm_that_was_sent_while_registering_failed_is_not_sent_again_when_the_draft_is_registered()
    {
        var shop = new Shop(await faulty.Running);
        var manager = await shop.Somebody("manager");
        await shop.Switch("alarms-time-out-after", true);

        var said = await manager.Post(
            "/api/listings",
            new() { ["kind"] = "neighborhood-rental", ["title"] = "Drill", ["description"] = "Strong.", ["price"] = 5_000 });
        await shop.Switch("alarms-time-out-after", false);

        // The alarm went out and its answer was lost, so the listing was not registered then.
        Assert.True(said.Status is 202 or 503, said.ToString());
        var draft = said.Status == 202 ? said.Id : (Guid)said.Body!["listing"]!["id"]!;
        await Shop.Eventually(
            async () => await manager.Get($"/api/listings/{draft}"),
            found => found.Status == 200 && (string?)found.Body!["status"] != "draft");
        await shop.AtRest();
        Assert.Single((await manager.Get("/api/notices")).Body!["items"]!.AsArray(), notice => (Guid?)notice!["listing"] == draft);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-N2.3")]
    [Requirement("GD-2", "with notices down")]
    [Requirement("GD-13", "exactly one, also when notices were down")]
    public async Task A_listing_is_deleted_while_alarms_are_down_and_the_alarm_comes_once()
    {
        var shop = new Shop(await faulty.Running);
        var thing = await shop.List("neighborhood-rental");
        await shop.Switch("alarms-down", true);

        Assert.InRange((await thing.Seller.Delete($"/api/listings/{thing.Id}")).Status, 200, 204);
        await shop.Switch("alarms-down", false);

        await Shop.Eventually(async () => (await thing.Seller.Get("/api/notices")).Body!["items"]!.AsArray().Count(notice => notice!.ToJsonString().Contains("deleted")), count => count == 1);
        await shop.BooksAreRight();
    }

    [Theory]
    [InlineData("neighborhood-rental", "reserved")]
    [InlineData("water-purifier", "delivering")]
    [Requirement("GD-N2.1", "refused later: told, nothing held")]
    [Requirement("WP-N2a")]
    public async Task Trades_begin_while_the_catalogue_is_down_and_go_on_when_it_is_back(string kind, string then)
    {
        var shop = new Shop(await faulty.Running);
        var thing = await shop.List(kind, quantity: kind == "water-purifier" ? 1 : null);
        await shop.Left(thing, 1);
        await shop.Switch("catalog-down", true);

        var first = await shop.Begun(thing);
        var second = await shop.Begun(thing);
        await shop.Switch("catalog-down", false);

        await shop.At(first, then);
        var refused = await shop.At(second, trade => (string?)trade["state"] is "refused" or "cancelled" && (long)trade["money"]!["refunding"]! == 0);
        Assert.Equal(0, (long)refused["money"]!["held"]!);
        await Shop.Eventually(async () => (await second.Buyer.Get("/api/notices")).Body!.ToJsonString(), told => told.Contains(second.Id.ToString()));
        await shop.BooksAreRight();
    }

    [Theory]
    [InlineData("second-hand")]
    [InlineData("water-purifier")]
    [InlineData("car-share")]
    [Requirement("CM-N2")]
    [Requirement("WP-N2b")]
    [Requirement("CS-N2.2")]
    [Requirement("CM-N3")]
    [Requirement("CP-7", "a failing callee")]
    public async Task While_payments_are_down_buyers_are_held_off_sellers_register_and_the_same_request_works_later(string kind)
    {
        var shop = new Shop(await faulty.Running);
        var buyer = await shop.Somebody("buyer");
        await shop.Switch("payments-down", true);

        var thing = await shop.List(kind, quantity: kind == "water-purifier" ? 3 : null);
        var refused = await shop.Ask(buyer, thing);
        await shop.Switch("payments-down", false);

        Assert.Equal(503, refused.Status);
        Assert.Equal("payments-unavailable", refused.Code);
        Assert.NotNull(refused.RetryAfter);
        await shop.BeginsAtLast(buyer, thing);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-N2.2", "a declined card, then a good one")]
    public async Task A_reservation_stays_payable_while_payments_are_down_and_after_a_declined_card()
    {
        var shop = new Shop(await faulty.Running);
        var deal = await shop.Begun(await shop.List("neighborhood-rental"));
        await shop.At(deal, "reserved");

        await shop.Switch("payments-down", true);
        Assert.Equal("payments-unavailable", (await deal.BuyerDoes("pay", Deal.Card())).Code);
        await shop.Switch("payments-down", false);

        Assert.Equal("payment-declined", (await Shop.Eventually(() => deal.BuyerDoes("pay", Deal.Card("declined")), said => said.Status != 503)).Code);
        Assert.Equal("paid", (await deal.BuyerDoes("pay", Deal.Card())).State);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("MA-2", "payments down: it becomes payable later")]
    [Requirement("MA-N2.1")]
    public async Task Orders_are_taken_while_payments_are_down_and_become_payable_later()
    {
        var shop = new Shop(await faulty.Running);
        var thing = await shop.List("shopping-mall", quantity: 2);
        await shop.Switch("payments-down", true);

        var deal = await shop.Begun(thing);
        Assert.Equal("placed", (string?)(await shop.At(deal, _ => true))["state"]);
        await shop.Switch("payments-down", false);

        await shop.At(deal, "awaiting-deposit");
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("MA-N1.1", "catalogue down: confirmed, delivery made good later")]
    [Requirement("MA-4", "delivery down at that moment: nothing lost, exactly one delivery")]
    public async Task With_catalogue_and_delivery_down_a_confirmed_order_is_shipped_once_when_they_are_back()
    {
        var shop = new Shop(await faulty.Running);
        var deal = await shop.Begun(await shop.List("shopping-mall", quantity: 1));
        await shop.At(deal, "awaiting-deposit");
        await shop.Deposit(deal, 10_000);
        await shop.Switch("catalog-down", true);
        await shop.Switch("delivery-down", true);

        await Shop.Eventually(() => deal.SellerDoes("confirm-deposit"), said => said.State == "confirmed");
        await shop.Switch("catalog-down", false);
        await shop.At(deal, "prepared");
        await shop.Switch("delivery-down", false);

        Assert.Equal("under-way", (string?)(await shop.At(deal, "shipping"))["delivery"]);
        Assert.Single((await deal.Buyer.Get("/api/deliveries")).Body!["items"]!.AsArray(), delivery => delivery!.ToJsonString().Contains(deal.Id.ToString()));
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CS-N2.1")]
    public async Task Rentals_are_accepted_while_delivery_is_down()
    {
        var shop = new Shop(await faulty.Running);
        var car = await shop.List("car-share");
        await shop.Switch("delivery-down", true);

        var deal = await shop.Begun(car);
        Assert.Equal("accepted", (string?)(await shop.At(deal, _ => true))["state"]);
        await shop.Switch("delivery-down", false);

        await shop.At(deal, "on-its-way");
        await shop.BooksAreRight();
    }

    [Theory]
    [InlineData("car-share", "in-use")]
    [InlineData("water-purifier", "installed")]
    [Requirement("CS-4", "arrived but not yet heard: taken back, and told")]
    [Requirement("WP-6", "arrived but not yet heard: taken back within seconds, and told")]
    public async Task A_cancel_after_the_unheard_arrival_is_taken_back_and_told(string kind, string then)
    {
        var shop = new Shop(await faulty.Running);
        var deal = await shop.Begun(await shop.List(kind, quantity: kind == "water-purifier" ? 1 : null));
        await shop.At(deal, trade => (string?)trade["delivery"] == "under-way");
        await shop.Switch("messages-held", true);

        Assert.InRange((await deal.Seller.Post($"/api/deliveries/{deal.Id}/arrived")).Status, 200, 204);
        Assert.Equal("recalled", (await deal.BuyerDoes("cancel")).State);
        await shop.Switch("messages-held", false);

        await shop.At(deal, trade => (string?)trade["state"] == then, WithinSeconds);
        await Shop.Eventually(async () => (await deal.Buyer.Get("/api/notices")).Body!["items"]!.AsArray(), told => told.Any(notice => (string?)notice!["what"] == "keep" && (string?)notice["trade"] == deal.Id.ToString()));
        await shop.BooksAreRight();
    }
}
