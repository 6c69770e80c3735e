using Jangteo.Tests;

namespace Jangteo.SystemTests.Edges;

/// <summary>WP: somebody rents a water purifier.</summary>
public sealed class WaterPurifierEdges(SharedProgram shared)
{
    private const string Kind = "water-purifier";

    [Fact]
    [Requirement("WP-2", "no stock")]
    [Requirement("WP-4", "last unit, two applicants: one gets it, the other is refunded")]
    public async Task Of_two_applicants_for_the_last_unit_one_gets_it_and_the_other_is_refunded()
    {
        var shop = new Shop(await shared.Running);
        for (var round = 0; round < 3; round++)
        {
            var thing = await shop.List(Kind, quantity: 1);
            var applicants = await Task.WhenAll(shop.Somebody("applicant"), shop.Somebody("applicant"));

            var said = await Task.WhenAll(applicants.Select(applicant => shop.Ask(applicant, thing)));

            var begun = said.Zip(applicants).Where(pair => pair.First.Status == 201).Select(pair => new Deal(pair.First.Id, thing, pair.Second)).ToList();
            var ends = await Task.WhenAll(begun.Select(deal => shop.At(deal, trade => (string?)trade["state"] is "delivering" or "cancelled")));
            Assert.Single(ends, trade => (string?)trade["state"] == "delivering");
            foreach (var (deal, trade) in begun.Zip(ends).Where(pair => (string?)pair.Second["state"] == "cancelled"))
            {
                await shop.At(deal, trade => (long)trade["money"]!["refunded"]! == 10_000);
            }

            await shop.Left(thing, 0);
            Assert.Equal("sold-out", (await shop.Ask(await shop.Somebody("late"), thing)).Code);
        }

        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("WP-2", "withdrawn model")]
    public async Task Nobody_applies_for_a_withdrawn_model()
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(Kind, quantity: 4);
        await thing.Seller.Delete($"/api/listings/{thing.Id}");

        var said = await Shop.Eventually(async () => await shop.Ask(await shop.Somebody("applicant"), thing), said => said.Status != 201);

        Assert.Equal("listing-withdrawn", said.Code);
    }

    [Fact]
    [Requirement("WP-3")]
    [Requirement("WP-N1")]
    [Requirement("WP-5")]
    public async Task An_application_is_complete_when_it_is_paid_and_then_it_is_delivered()
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(Kind, quantity: 2);
        var applicant = await shop.Somebody("applicant");

        Assert.Equal("payment-declined", (await shop.Ask(applicant, thing, card: "declined")).Code);
        await shop.Left(thing, 2);
        var deal = await shop.Begun(thing, applicant);

        Assert.Equal("under-way", (string?)(await shop.At(deal, "delivering"))["delivery"]);
        await shop.Left(thing, 1);
    }

    [Fact]
    [Requirement("WP-7")]
    [Requirement("WP-8", "exactly once")]
    [Requirement("WP-9", "before it started")]
    public async Task Cancelling_calls_the_delivery_off_gives_the_money_back_and_the_stock_once()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind, quantity: 2));

        Assert.Equal(200, (await Shop.Eventually(() => deal.BuyerDoes("cancel"), said => said.Code != "in-progress")).Status);

        await shop.At(deal, trade => (string?)trade["state"] == "cancelled" && (long)trade["money"]!["refunded"]! == 10_000);
        await shop.Left(deal.Thing, 2);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("WP-6", "after it has arrived: refused")]
    [Requirement("WP-9", "already arrived")]
    public async Task After_it_has_arrived_nothing_is_cancelled()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind, quantity: 1));
        await shop.At(deal, "delivering");
        await shop.Arrive(deal);
        await shop.At(deal, "installed");

        Assert.Equal("not-now", (await deal.BuyerDoes("cancel")).Code);
    }
}
