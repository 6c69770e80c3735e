using Jangteo.Tests;

namespace Jangteo.SystemTests.Edges;

/// <summary>CM: somebody buys a used thing, and the money is held until the buyer has it.</summary>
public sealed class SecondHandEdges(SharedProgram shared)
{
    private const string Kind = "second-hand";

    [Fact]
    [Requirement("CM-2", "own thing")]
    public async Task Nobody_buys_his_own_thing()
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(Kind);

        Assert.Equal("own-listing", (await shop.Ask(thing.Seller, thing)).Code);
    }

    [Fact]
    [Requirement("CM-2", "sold thing")]
    [Requirement("CM-6", "not accepted: refused")]
    [Requirement("CM-6", "not the buyer: refused")]
    [Requirement("CM-4")]
    [Requirement("CM-7", "exactly once")]
    public async Task A_deal_is_completed_once_by_its_buyer_when_it_was_accepted_and_then_it_is_sold()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind));

        Assert.Equal("not-now", (await deal.BuyerDoes("finish")).Code);
        var accepted = await deal.SellerDoes("accept");
        Assert.Equal("accepted", accepted.State);
        Assert.Equal("not-yours", (await deal.SellerDoes("finish")).Code);
        var finishes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => deal.BuyerDoes("finish")));
        Assert.Single(finishes, said => said.Status == 200);

        var trade = await shop.At(deal, trade => (long)trade["money"]!["paidOut"]! > 0);
        Assert.Equal(9_700, (long)trade["money"]!["paidOut"]!);
        await shop.Left(deal.Thing, 0);
        Assert.Equal("sold-out", (await shop.Ask(await shop.Somebody("late"), deal.Thing)).Code);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CM-4")]
    public async Task Accepted_is_said_in_the_words_of_the_kind()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind));
        deal.Buyer.Http.DefaultRequestHeaders.Add("Accept-Language", "ko");

        await deal.SellerDoes("accept");

        Assert.Contains("수락됨", (string)(await shop.At(deal, "accepted"))["label"]!);
    }

    [Fact]
    [Requirement("CM-2", "listing deleted while requested: refunded at once")]
    public async Task When_the_listing_is_deleted_the_buyer_has_the_money_back_at_once()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind));

        Assert.InRange((await deal.Seller.Delete($"/api/listings/{deal.Thing.Id}")).Status, 200, 204);

        await shop.At(deal, trade => (string?)trade["state"] == "rejected" && (long)trade["money"]!["refunded"]! == 10_000);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CM-2", "sent twice")]
    public async Task A_request_sent_twice_is_one_request_with_or_without_a_key()
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(Kind);
        var buyer = await shop.Somebody("buyer");

        var same = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Ask(buyer, thing, key: "once")));
        var other = await shop.Ask(buyer, thing);

        Assert.Single(same.Select(said => said.Body!.ToJsonString()).Distinct());
        Assert.Equal(201, same[0].Status);
        Assert.Equal("already-asked", other.Code);
        Assert.Equal(same[0].Id.ToString(), (string?)other.Body!["trade"]);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CM-2", "payment times out after charging: one charge, known end")]
    public async Task A_payment_that_times_out_after_charging_is_one_charge_with_a_known_end()
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(Kind);
        var buyer = await shop.Somebody("buyer");

        var said = await shop.Ask(buyer, thing, card: "times-out-after-charging");

        Assert.True(said.Status is 201 or 202, said.ToString());
        var trade = await shop.At(new Deal(said.Id, thing, buyer), trade => trade["pending"] is null);
        Assert.Equal("requested", (string?)trade["state"]);
        Assert.Equal(10_000, (long)trade["money"]!["held"]!);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CM-3", "another's thing")]
    public async Task Nobody_accepts_for_another_and_strangers_do_not_learn_of_it()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind));
        var stranger = await shop.Somebody("stranger");

        Assert.Equal("not-found", (await stranger.Post($"/api/trades/{deal.Id}/accept")).Code);
        Assert.Equal("not-yours", (await deal.BuyerDoes("accept")).Code);
        Assert.Equal(404, (await stranger.Get($"/api/trades/{deal.Id}")).Status);
    }

    [Fact]
    [Requirement("CM-3", "both at once")]
    [Requirement("CM-8", "exactly once")]
    [Requirement("CM-7", "never after a refund")]
    [Requirement("CM-8", "never after a pay-out")]
    [Requirement("CM-5")]
    public async Task Of_accepting_and_rejecting_at_once_exactly_one_happens_and_the_money_goes_one_way()
    {
        var shop = new Shop(await shared.Running);
        for (var round = 0; round < 5; round++)
        {
            var deal = await shop.Begun(await shop.List(Kind));

            var both = await Task.WhenAll(deal.SellerDoes("accept"), deal.SellerDoes("reject"));

            Assert.Single(both, said => said.Status == 200);
            var trade = await shop.At(deal, trade => (string?)trade["state"] is "accepted" or "rejected");
            if ((string?)trade["state"] == "rejected")
            {
                await shop.At(deal, trade => (long)trade["money"]!["refunded"]! == 10_000);
                Assert.Equal("not-now", (await deal.SellerDoes("accept")).Code);
                Assert.Equal("not-now", (await deal.BuyerDoes("finish")).Code);
            }
            else
            {
                await deal.BuyerDoes("finish");
                await shop.At(deal, trade => (long)trade["money"]!["paidOut"]! == 9_700);
                Assert.Equal("not-now", (await deal.SellerDoes("call-off")).Code);
            }
        }

        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CM-3", "an unpaid request cannot be accepted")]
    public async Task A_request_whose_card_is_declined_never_begins()
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(Kind);
        var buyer = await shop.Somebody("buyer");

        Assert.Equal("payment-declined", (await shop.Ask(buyer, thing, card: "declined")).Code);

        Assert.DoesNotContain(thing.Id.ToString(), (await thing.Seller.Get("/api/my/trades?as=seller")).Body!.ToJsonString());
        Assert.Equal(201, (await shop.Ask(buyer, thing)).Status);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CM-3", "accepting one refunds the others")]
    public async Task Accepting_one_refunds_the_others()
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(Kind);
        var deals = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Begun(thing)));

        Assert.Equal("accepted", (await deals[1].SellerDoes("accept")).State);

        foreach (var other in deals.Where(deal => deal != deals[1]))
        {
            await shop.At(other, trade => (string?)trade["state"] == "rejected" && (long)trade["money"]!["refunded"]! == 10_000);
        }

        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CM-N1")]
    public async Task Payment_is_finished_within_the_request()
    {
        var shop = new Shop(await shared.Running);

        var said = await shop.Ask(await shop.Somebody("buyer"), await shop.List(Kind));

        Assert.Equal(201, said.Status);
        Assert.Equal(10_000, (long)said.Body!["money"]!["held"]!);
        Assert.Null(said.Body["pending"]);
    }

    [Fact]
    [Requirement("I3")]
    public async Task Of_200_buyers_at_once_one_has_the_last_unit_and_nobody_else_is_charged()
    {
        var shop = new Shop(await shared.Running);
        var buyers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => shop.Somebody("crowd")));
        for (var round = 0; round < 10; round++)
        {
            var car = await shop.List("car-share");

            // A buyer who is held off asks again by the same key and learns the end.
            var said = await Task.WhenAll(buyers.Select(buyer => Shop.Eventually(
                () => shop.Ask(buyer, car, key: $"round {round}"),
                answer => answer.Status != 202
                    && answer.Code is not ("in-progress" or "busy" or "unavailable" or "too-many-requests" or "catalog-unavailable"))));

            Assert.Single(said, answer => answer.Status == 201);
            Assert.All(said.Where(answer => answer.Status != 201), answer => Assert.Contains(answer.Code, new[] { "stock-refused", "sold-out" }));
        }

        await shop.BooksAreRight();
    }
}
