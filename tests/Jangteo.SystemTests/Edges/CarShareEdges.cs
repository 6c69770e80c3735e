using Jangteo.Tests;

namespace Jangteo.SystemTests.Edges;

/// <summary>CS: somebody rents a shared car.</summary>
public sealed class CarShareEdges(SharedProgram shared)
{
    private const string Kind = "car-share";

    [Fact]
    [Requirement("CS-2")]
    [Requirement("CS-N1.1")]
    public async Task A_rental_is_accepted_when_it_is_paid_and_unpaid_it_leaves_the_car_to_others()
    {
        var shop = new Shop(await shared.Running);
        var car = await shop.List(Kind);

        Assert.Equal("payment-declined", (await shop.Ask(await shop.Somebody("customer"), car, card: "declined")).Code);
        await shop.Left(car, 1);
        var said = await Shop.Eventually(async () => await shop.Ask(await shop.Somebody("customer"), car), said => said.Code != "sold-out");

        Assert.Equal("accepted", said.State);
        Assert.Equal(10_000, (long)said.Body!["money"]!["held"]!);
        await shop.BooksAreRight();
    }

    [Fact]
    public async Task Whose_card_is_declined_has_the_car_with_another_at_once()
    {
        var shop = new Shop(await shared.Running);
        for (var round = 0; round < 10; round++)
        {
            var car = await shop.List(Kind);
            var customer = await shop.Somebody("customer");

            Assert.Equal("payment-declined", (await shop.Ask(customer, car, card: "declined")).Code);
            var said = await shop.Ask(customer, car);

            Assert.True(said.Status == 201, said.ToString());
        }

        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CS-1", "one car, two customers")]
    public async Task Of_two_customers_one_has_the_car()
    {
        var shop = new Shop(await shared.Running);
        for (var round = 0; round < 5; round++)
        {
            var car = await shop.List(Kind);
            var customers = await Task.WhenAll(shop.Somebody("customer"), shop.Somebody("customer"));

            var said = await Task.WhenAll(customers.Select(customer => shop.Ask(customer, car)));

            Assert.Single(said, answer => answer.Status == 201);
            Assert.Contains(Assert.Single(said, answer => answer.Status != 201).Code, new[] { "stock-refused", "sold-out" });
        }

        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CS-4", "after hand-over: refused")]
    public async Task After_the_hand_over_nothing_is_cancelled()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind));
        await shop.Arrive(deal);
        await shop.At(deal, "in-use");

        Assert.Equal("not-now", (await deal.BuyerDoes("cancel")).Code);
    }

    [Fact]
    [Requirement("CS-3", "said to be brought and back, without a car: the customer objects, and nothing is paid")]
    public async Task A_car_that_is_only_said_to_be_brought_and_back_pays_nothing_while_the_customer_can_object()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind));
        await shop.Arrive(deal);
        await shop.At(deal, "in-use");

        Assert.Equal("brought-back", (await deal.SellerDoes("bring-back")).State);
        Assert.Equal("not-yours", (await deal.SellerDoes("release")).Code);
        Assert.Equal("disputed", (await deal.BuyerDoes("contest")).State);

        var trade = await shop.At(deal, "disputed");
        Assert.Equal((10_000, 0), ((long)trade["money"]!["held"]!, (long)trade["money"]!["paidOut"]!));
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CS-5")]
    [Requirement("CS-5", "\"shipped\" arriving after the cancel")]
    public async Task Cancelled_at_once_the_delivery_is_called_off_and_then_the_payment()
    {
        var shop = new Shop(await shared.Running);
        for (var round = 0; round < 5; round++)
        {
            var deal = await shop.Begun(await shop.List(Kind));

            Assert.Equal("recalled", (await deal.BuyerDoes("cancel")).State);

            var trade = await shop.At(deal, trade => (string?)trade["state"] == "cancelled" && (long)trade["money"]!["refunded"]! == 10_000);
            Assert.Equal("cancelled", (string?)trade["delivery"]);
            await shop.Left(deal.Thing, 1);
        }

        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CS-6", "only their own")]
    [Requirement("CS-N3.1")]
    public async Task State_and_history_are_in_one_place_for_those_in_it_only()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List(Kind));
        var stranger = await shop.Somebody("stranger");

        var timeline = await Shop.Eventually(async () => (await deal.Buyer.Get($"/api/trades/{deal.Id}/timeline")).Body!, body => body["items"]?.AsArray().Count > 2);

        Assert.NotEmpty(timeline["items"]!.AsArray());
        Assert.Equal(404, (await stranger.Get($"/api/trades/{deal.Id}/timeline")).Status);
        Assert.Empty((await stranger.Get("/api/my/trades")).Body!["items"]!.AsArray());
    }
}
