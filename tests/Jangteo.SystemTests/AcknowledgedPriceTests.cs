using System.Text.Json.Nodes;

namespace Jangteo.SystemTests;

/// <summary>What was acknowledged of a listing counts for every trade that starts after it.</summary>
public sealed class AcknowledgedPriceTests(SharedProgram shared)
{
    private const int Changes = 25;

    [Fact]
    public async Task An_older_price_is_refused_from_the_acknowledgement_of_its_change_on()
    {
        var shop = new Shop(await shared.Running);
        var buyer = await shop.Somebody("buyer");
        var thing = await shop.List("second-hand", price: 10_000);
        for (var change = 1; change <= Changes; change++)
        {
            var before = thing.Price + change - 1;
            Assert.Equal(200, (await thing.Seller.Send(HttpMethod.Patch, $"/api/listings/{thing.Id}", new JsonObject { ["price"] = thing.Price + change }, key: null)).Status);

            var said = await shop.Ask(buyer, thing, price: before);
            Assert.Equal("price-changed", said.Code);
        }
    }

    [Fact]
    public async Task A_withdrawn_listing_is_refused_from_the_acknowledgement_on()
    {
        var shop = new Shop(await shared.Running);
        var buyer = await shop.Somebody("buyer");
        for (var time = 0; time < 5; time++)
        {
            var thing = await shop.List("second-hand");
            Assert.Equal(200, (await thing.Seller.Delete($"/api/listings/{thing.Id}")).Status);
            Assert.Equal("listing-withdrawn", (await shop.Ask(buyer, thing)).Code);
        }
    }
}
