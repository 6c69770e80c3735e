
namespace Jangteo.Tests.Trading;

/// <summary>An order is for what there is.</summary>
public sealed class Ordering_what_there_is(Fair fair) : IClassFixture<Fair>
{
    [Fact]
    public async Task An_order_for_more_than_there_is_is_refused_with_how_many_are_left()
    {
        var listing = await fair.Offer(quantity: 2);

        var refused = await fair.Order(listing, quantity: 3);

        Assert.Equal((409, "sold-out", "2"), (refused.Status, refused.Problem, refused["left"]));
        Assert.Equal(201, (await fair.Order(listing, quantity: 2)).Status);
    }

    [Fact]
    public async Task What_is_ordered_and_not_set_aside_yet_is_shown()
    {
        var listing = await fair.Offer(quantity: 5);
        var one = (await fair.Order(listing, quantity: 2)).Id;
        await fair.Order(listing, "doyun");

        await fair.ListingUntil(listing, heard => (heard["available"], heard["onOrder"]) == ("5", "3"));

        await fair.Move(one, "send", "minji");
        await fair.ListingUntil(listing, heard => (heard["available"], heard["onOrder"]) == ("3", "1"));
    }

    [Fact]
    public async Task A_kind_may_set_units_aside_when_they_are_ordered()
    {
        var listing = await fair.Offer(Fair.Held, quantity: 3);
        var first = await fair.Order(listing, quantity: 2, kind: Fair.Held);
        Assert.Equal((201, "taken"), (first.Status, first["stock"]));
        await fair.TradingKnows(listing, 2);

        var second = await fair.Order(listing, "doyun", quantity: 2, kind: Fair.Held);
        Assert.Equal((409, "sold-out", "1"), (second.Status, second.Problem, second["left"]));
        await fair.ListingUntil(listing, heard => (heard["available"], heard["onOrder"]) == ("1", "0"));

        Assert.Equal(200, (await fair.Move(first.Id, "drop", "junho")).Status);
        await fair.TradingKnows(listing, 3);
        Assert.Equal(201, (await fair.Order(listing, "doyun", quantity: 3, kind: Fair.Held)).Status);
    }

    [Fact]
    public async Task Of_orders_that_set_aside_at_once_no_more_succeed_than_there_are_units()
    {
        var listing = await fair.Offer(Fair.Held, quantity: 3);

        var orders = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(number => fair.Order(listing, number % 2 == 0 ? "junho" : "doyun", kind: Fair.Held)));

        Assert.Equal(3, orders.Count(order => order.Status == 201));
        Assert.All(
            orders.Where(order => order.Status != 201), order => Assert.Contains(order.Problem, new[] { "sold-out", "stock-refused" }));
    }
}
