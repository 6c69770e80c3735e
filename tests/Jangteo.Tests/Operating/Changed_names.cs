using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Operating;

/// <summary>A person who changes their name has the new one wherever it is not frozen on purpose.</summary>
[Collection(OperatedMarket.Tests)]
public sealed class Changed_names(OperatedMarket market)
{
    [Fact]
    public async Task A_changed_name_is_shown_with_listings_and_trades_that_were_there_before()
    {
        var (seller, buyer) = ($"seller{Guid.NewGuid():N}", $"buyer{Guid.NewGuid():N}");
        await market.Bed.Post("/api/session", null, new { person = seller });
        await market.Bed.Post("/api/session", null, new { person = buyer });
        var listing = await market.Bed.Post("/api/listings", seller, new { kind = "shopping-mall", title = "Tea", description = "Green.", price = 1000, quantity = 3 });
        var trade = await market.Bed.Post("/api/trades", buyer, new { listing = listing.Id, price = 1000, quantity = 1, address = "12 Hill Street", refundAccount = "110-222" });
        Assert.Equal(201, trade.Status);

        foreach (var (person, name) in new[] { (seller, "New Seller"), (buyer, "New Buyer") })
        {
            Assert.Equal(200, (await market.Bed.Send(HttpMethod.Patch, "/api/people/me", person, new { name })).Status);
        }

        await Shows($"/api/trades/{trade.Id}", buyer, "New Buyer", "New Seller", buyer, seller);
        await Shows("/api/my/trades", buyer, "New Buyer", "New Seller", buyer, seller);
        await Shows("/api/my/trades", seller, "New Buyer", "New Seller", buyer, seller);
        await Shows($"/api/listings/{listing.Id}", buyer, "New Seller", "New Seller", seller);
        await Shows("/api/my/listings", seller, "New Seller", "New Buyer", seller, buyer);
        await Shows($"/api/operator/views/trades?person={(await market.Bed.Get("/api/people/me", buyer)).Id}", "sora", "New Buyer", "New Seller", buyer, seller);

        // A trade that begins afterwards, and what is told of it.
        var later = await market.Bed.Post("/api/trades", "junho", new { listing = listing.Id, price = 1000, quantity = 1, address = "12 Hill Street", refundAccount = "110-222" });
        Assert.Equal("New Seller", (string?)later.Body!["seller"]!["name"]);
        var edited = await market.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing.Id}", seller, new { description = "Black." });
        Assert.Equal(200, edited.Status);
    }

    /// <summary>Waits until an answer has the new names, and none of the former.</summary>
    private async Task Shows(string path, string reader, string one, string other, params string[] former)
    {
        var heard = await ModuleBed.Until(
            () => market.Bed.Get(path, reader), heard => heard.ToString().Contains(one, StringComparison.Ordinal) && heard.ToString().Contains(other, StringComparison.Ordinal));
        Assert.All(former, name => Assert.DoesNotContain($"\"name\":\"{name}\"", heard.ToString()));
    }
}
