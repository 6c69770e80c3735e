using Jangteo.Tests;

namespace Jangteo.SystemTests.Edges;

/// <summary>MA-2: an order that is never paid.</summary>
[Collection(TimelessProgram.Tests)]
public sealed class UnpaidOrderTests(TimelessProgram timeless)
{
    [Fact]
    [Requirement("MA-2", "never paid: lapses")]
    public async Task An_order_that_is_never_paid_lapses_and_its_customer_is_told()
    {
        var shop = new Shop(await timeless.Running);
        var deal = await shop.Begun(await shop.List("shopping-mall", quantity: 1));
        await shop.At(deal, "awaiting-deposit");

        await shop.Forward("3d");

        await shop.At(deal, "cancelled");
        await shop.Left(deal.Thing, 1);
        await Shop.Eventually(
            async () => (await deal.Buyer.Get("/api/notices")).Body!["items"]!.AsArray(),
            told => told.Any(notice => (string?)notice!["what"] == "lapse" && (Guid?)notice["trade"] == deal.Id));
        Assert.Equal("not-now", (await deal.SellerDoes("confirm-deposit")).Code);
        await shop.BooksAreRight();
    }
}
