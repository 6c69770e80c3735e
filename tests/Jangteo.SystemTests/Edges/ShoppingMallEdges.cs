using Jangteo.Tests;

namespace Jangteo.SystemTests.Edges;

/// <summary>MA: somebody orders goods and pays by bank transfer.</summary>
public sealed class ShoppingMallEdges(SharedProgram shared)
{
    private const string Kind = "shopping-mall";

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [Requirement("MA-1", "quantity <= 0")]
    public async Task Nobody_orders_nothing_or_less(int quantity)
    {
        var shop = new Shop(await shared.Running);

        var said = await shop.Ask(await shop.Somebody("customer"), await shop.List(Kind, quantity: 5), quantity: quantity);

        Assert.Equal("invalid", said.Code);
        Assert.NotNull(said.Body!["errors"]!["quantity"]);
    }

    [Fact]
    [Requirement("MA-1", "more than in stock is refused before any money")]
    public async Task More_than_in_stock_is_refused_before_any_money_with_how_many_are_left()
    {
        var shop = new Shop(await shared.Running);

        var said = await shop.Ask(await shop.Somebody("customer"), await shop.List(Kind, quantity: 2), quantity: 3);

        Assert.Equal((409, "sold-out", 2), (said.Status, said.Code, (int)said.Body!["left"]!));
    }

    [Fact]
    [Requirement("MA-3")]
    public async Task What_was_sold_while_an_order_waited_is_given_back_at_the_deposit_check()
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(Kind, quantity: 3);
        var deal = await Awaiting(shop, thing, quantity: 3);
        var quicker = await Awaiting(shop, thing);
        await shop.Deposit(quicker, 10_000);
        await Confirm(quicker);
        await shop.At(quicker, "shipping");

        await shop.Deposit(deal, 30_000);
        await Confirm(deal);

        await shop.At(deal, trade => (string?)trade["state"] == "payment-cancelled" && (long)trade["money"]!["refunded"]! == 30_000);
        await shop.Left(thing, 2);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("MA-3", "two confirmations for the last unit")]
    public async Task Of_two_confirmations_for_the_last_unit_one_is_shipped_and_the_other_refunded()
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(Kind, quantity: 1);
        var deals = await Task.WhenAll(Awaiting(shop, thing), Awaiting(shop, thing));
        await Task.WhenAll(deals.Select(deal => shop.Deposit(deal, 10_000)));
        // Both can be confirmed now, so the two confirmations below meet.
        await Task.WhenAll(deals.Select(deal => Shop.Eventually(async () => (await deal.Buyer.Get($"/api/payments/{deal.Id}")).Body!, payment => (long)payment["seen"]! == 10_000)));

        var said = await Task.WhenAll(deals.Select(deal => deal.SellerDoes("confirm-deposit")));

        Assert.All(said, confirmed => Assert.Equal(200, confirmed.Status));
        var ends = await Task.WhenAll(deals.Select(deal => shop.At(deal, trade => (string?)trade["state"] is "shipping" or "payment-cancelled")));
        Assert.Single(ends, trade => (string?)trade["state"] == "shipping");
        await shop.Left(thing, 0);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("MA-3", "confirmed twice")]
    public async Task A_deposit_is_confirmed_once_and_not_before_it_is_there()
    {
        var shop = new Shop(await shared.Running);
        var deal = await Awaiting(shop, await shop.List(Kind, quantity: 3));

        Assert.Equal("deposit-missing", (await deal.SellerDoes("confirm-deposit")).Code);
        await shop.Deposit(deal, 10_000);
        await Confirm(deal);
        Assert.Equal("not-now", (await deal.SellerDoes("confirm-deposit")).Code);

        await shop.At(deal, "shipping");
        await shop.Left(deal.Thing, 2);
    }

    [Fact]
    [Requirement("MA-3", "after a cancel")]
    public async Task After_a_cancel_nothing_is_confirmed_and_a_late_deposit_goes_back()
    {
        var shop = new Shop(await shared.Running);
        var deal = await Awaiting(shop, await shop.List(Kind, quantity: 1));

        Assert.Equal("cancelled", (await deal.BuyerDoes("cancel")).State);
        Assert.Equal("not-now", (await deal.SellerDoes("confirm-deposit")).Code);
        await shop.Deposit(deal, 10_000);

        await Shop.Eventually(async () => (await deal.Buyer.Get($"/api/payments/{deal.Id}")).Body!, payment => (long?)payment["sentBack"] == 10_000);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("MA-5", "before shipping: refused")]
    [Requirement("MA-5", "twice")]
    public async Task Receipt_is_confirmed_once_and_not_before_shipping()
    {
        var shop = new Shop(await shared.Running);
        var deal = await Awaiting(shop, await shop.List(Kind, quantity: 1));
        Assert.Equal("not-now", (await deal.BuyerDoes("confirm-receipt")).Code);
        await shop.Deposit(deal, 10_000);
        await Confirm(deal);
        await shop.At(deal, "shipping");

        Assert.Equal("closed", (await deal.BuyerDoes("confirm-receipt")).State);
        Assert.Equal("not-now", (await deal.BuyerDoes("confirm-receipt")).Code);

        await shop.At(deal, trade => (long)trade["money"]!["paidOut"]! == 9_700);
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("MA-7", "cancel against confirm: exactly one wins")]
    public async Task Of_cancelling_and_confirming_at_once_exactly_one_wins()
    {
        var shop = new Shop(await shared.Running);
        for (var round = 0; round < 5; round++)
        {
            var deal = await Awaiting(shop, await shop.List(Kind, quantity: 1));
            await shop.Deposit(deal, 10_000);
            await Shop.Eventually(async () => (await deal.Buyer.Get($"/api/payments/{deal.Id}")).Body!.ToJsonString(), payment => payment.Contains("suspense"));

            var both = await Task.WhenAll(deal.BuyerDoes("cancel"), deal.SellerDoes("confirm-deposit"));

            Assert.Single(both, said => said.Status == 200);
            Assert.Contains(Assert.Single(both, said => said.Status != 200).Code, new[] { "not-now", "in-progress" });
        }

        await shop.BooksAreRight();
    }

    private static async Task<Deal> Awaiting(Shop shop, Thing thing, int quantity = 1)
    {
        var deal = await shop.Begun(thing, quantity: quantity);
        await shop.At(deal, "awaiting-deposit");
        return deal;
    }

    /// <summary>Confirms as soon as the bank has told of the deposit.</summary>
    private static Task Confirm(Deal deal) => Shop.Eventually(() => deal.SellerDoes("confirm-deposit"), said => said.Status == 200);
}
