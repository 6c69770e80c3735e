using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Trading;

/// <summary>The delivery address of a trade: both parties see it, and the buyer changes it until something is sent.</summary>
public sealed class Changing_the_address(Fair fair) : IClassFixture<Fair>
{
    [Fact]
    public async Task Both_parties_see_the_address_and_the_buyer_changes_it()
    {
        var trade = (await fair.Order(await fair.Offer())).Id;

        var changed = await Change(trade, "Haneul 2");

        Assert.Equal((200, "Haneul 2", "2"), (changed.Status, changed["address"], changed["revision"]));
        Assert.Equal(
            ("Haneul 2", "true"), (await fair.Trade(trade)) is var buyers ? (buyers["address"], buyers["mayChangeAddress"]) : default);
        Assert.Equal(
            ("Haneul 2", "false"),
            (await fair.Trade(trade, "minji")) is var sellers ? (sellers["address"], sellers["mayChangeAddress"]) : default);
        var line = await ModuleBed.Until(
            async () =>
                (await fair.Bed.Get($"/api/trades/{trade}/timeline", "minji", ("Accept-Language", "en"))).Body?["items"]?.AsArray()
                    .SingleOrDefault(line => line!["do"]?.ToString() == "change-address"),
            line => line is not null);
        Assert.Equal(("command", "Delivery address changed"), (line!["what"]!.ToString(), line["label"]!.ToString()));
        Assert.DoesNotContain("Haneul", line.ToJsonString());
    }

    [Fact]
    public async Task Nobody_else_changes_it()
    {
        var trade = (await fair.Order(await fair.Offer())).Id;

        Assert.Equal(
            (403, "not-yours"), (await Change(trade, "Haneul 2", "minji")) is var seller ? (seller.Status, seller.Problem) : default);
        Assert.Equal((403, "not-yours"), (await Change(trade, "Haneul 2", "sora")) is var sora ? (sora.Status, sora.Problem) : default);
        Assert.Equal(
            (404, "not-found"), (await Change(trade, "Haneul 2", "doyun")) is var stranger ? (stranger.Status, stranger.Problem) : default);
        Assert.Equal(["address"], (await Change(trade, " ")).Fields);
        Assert.Equal("Gaon 1", (await fair.Trade(trade))["address"]);
    }

    [Fact]
    public async Task What_is_sent_goes_to_the_last_address_and_then_it_stays()
    {
        var trade = (await fair.Order(await fair.Offer())).Id;
        await Change(trade, "Haneul 2");

        await fair.Move(trade, "send", "minji");

        Assert.Equal((409, "too-late"), (await Change(trade, "Bada 3")) is var late ? (late.Status, late.Problem) : default);
        Assert.Equal("Haneul 2", await AddressOfShipment(trade));
        Assert.Equal("false", (await fair.Trade(trade))["mayChangeAddress"]);
        Assert.Equal((409, "too-late"), (await Change(trade, "Bada 3")) is var later ? (later.Status, later.Problem) : default);
    }

    [Fact]
    public async Task What_was_called_back_can_be_sent_elsewhere()
    {
        var trade = (await fair.Order(await fair.Offer())).Id;
        await fair.Move(trade, "send", "minji");
        await fair.TradeUntil(trade, heard => heard["delivery"] == "under-way");
        await fair.Move(trade, "call-back", "minji");
        await fair.TradeUntil(trade, heard => heard["state"] == "back");

        Assert.Equal(200, (await Change(trade, "Bada 3")).Status);
        await fair.Move(trade, "send-again", "minji");

        await fair.TradeUntil(trade, heard => heard["delivery"] == "under-way");
        Assert.Equal("Bada 3", await AddressOfShipment(trade));
    }

    [Fact]
    public async Task The_timeline_cannot_be_drowned_in_changes()
    {
        var trade = (await fair.Order(await fair.Offer())).Id;
        for (var number = 0; number < 20; number++)
        {
            Assert.Equal(200, (await Change(trade, $"Haneul {number}")).Status);
        }

        Assert.Equal((409, "not-now"), (await Change(trade, "Bada 3")) is var refused ? (refused.Status, refused.Problem) : default);
        Assert.Equal(("Haneul 19", "false"), (await fair.Trade(trade)) is var seen ? (seen["address"], seen["mayChangeAddress"]) : default);
    }

    [Fact]
    public async Task A_trade_that_is_over_keeps_its_address()
    {
        var trade = (await fair.Order(await fair.Offer())).Id;
        await fair.Move(trade, "drop", "junho");

        Assert.Equal((409, "not-now"), (await Change(trade, "Haneul 2")) is var over ? (over.Status, over.Problem) : default);
    }

    [Fact]
    public async Task The_address_that_a_shipment_gets_is_the_last_that_was_acknowledged()
    {
        var listing = await fair.Offer(quantity: 100);
        for (var round = 0; round < 10; round++)
        {
            var trade = (await fair.Order(listing)).Id;
            var changes = Enumerable.Range(1, 4).Select(number => Change(trade, $"Haneul {number}")).ToArray();
            var sent = fair.Move(trade, "send", "minji");
            await Task.WhenAll([.. changes, sent]);

            var acknowledged = (await Task.WhenAll(changes)).Where(change => change.Status == 200)
                .OrderBy(change => int.Parse(change["revision"])).Select(change => change["address"]).LastOrDefault("Gaon 1");
            Assert.Equal(acknowledged, await AddressOfShipment(trade));
            Assert.Equal(acknowledged, (await fair.Trade(trade))["address"]);
        }
    }

    private Task<Heard> Change(Guid trade, string address, string person = "junho") =>
        fair.Bed.Send(HttpMethod.Put, $"/api/trades/{trade}/address", person, new { address });

    private async Task<string> AddressOfShipment(Guid trade) =>
        (await ModuleBed.Until(
            () => fair.Bed.StorageOf(Modules.Delivery).Find(new Sql("select address from shipments where trade = $1", trade), row => row.GetString(0), TestContext.Current.CancellationToken),
            address => address is not null))!;
}
