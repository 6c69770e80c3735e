using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Tests.Views;

/// <summary>GET /api/my/listings: the item manager's combined status.</summary>
[Collection(nameof(InTown))]
public sealed class Combined_status(Town town)
{
    [Fact]
    [Requirement("GD-11")]
    [Requirement("GD-N3.1")]
    public async Task The_item_manager_sees_the_item_its_trade_and_its_alarms_in_one_place()
    {
        var tale = await Tale.Of(town, "neighborhood-rental", title: "Handcart").Offers();
        await town.Say(Modules.Notices, NoticesMessages.Told, tale.Listing, Alarm(tale, "listing-registered"), new MessageContext(null, "neighborhood-rental", null, tale.Seller.Id, tale.Listing));
        await tale.MovesAll("reserve", "confirm", "pay", "lend");
        await tale.Offers(available: 0, lent: 1, what: "stock-taken");
        await town.Rest();

        var item = await Only(tale.Seller);

        Assert.Equal(("lent", "대여 중"), (item.GetProperty("status").GetString(), (await Only(tale.Seller, "ko")).GetProperty("label").GetString()));
        Assert.False(item.GetProperty("listing").GetProperty("rentable").GetBoolean());
        Assert.Equal(tale.Trade, Assert.Single(item.GetProperty("trades").EnumerateArray()).GetProperty("id").GetGuid());
        var alarm = Assert.Single(item.GetProperty("alarms").EnumerateArray());
        Assert.Equal(("listing-registered", "Your listing Handcart has been registered.", "told"), (alarm.GetProperty("what").GetString(), alarm.GetProperty("text").GetString(), alarm.GetProperty("status").GetString()));
    }

    [Fact]
    [Requirement("GD-10", "item and view agree")]
    public async Task Once_it_is_returned_the_view_agrees_with_the_item_that_it_is_rentable_again()
    {
        var tale = await Tale.Of(town, "neighborhood-rental").Offers();
        await tale.MovesAll("reserve", "confirm", "pay", "lend", "return");
        await tale.Offers(available: 0, lent: 1, what: "stock-taken");
        await tale.Offers(what: "stock-given-back");
        await town.Rest();

        var item = await Only(tale.Seller);

        Assert.Equal(
            ("brought-back", "Returned"),
            (item.GetProperty("status").GetString(), item.GetProperty("label").GetString()));
        Assert.True(item.GetProperty("listing").GetProperty("rentable").GetBoolean());

        await tale.MovesAll("release");
        await town.Rest();
        item = await Only(tale.Seller);

        Assert.Equal("registered", item.GetProperty("status").GetString());
        Assert.True(item.GetProperty("listing").GetProperty("rentable").GetBoolean());
        Assert.Empty(item.GetProperty("trades").EnumerateArray());
    }

    [Fact]
    [Requirement("GD-11", "deleted items")]
    public async Task A_deleted_item_is_still_there_and_says_so()
    {
        var tale = await (await Tale.Of(town, "neighborhood-rental").Offers()).Offers("withdrawn");
        await town.Rest();

        Assert.Equal(("withdrawn", "Deleted"), ((await Only(tale.Seller)).GetProperty("status").GetString(), (await Only(tale.Seller)).GetProperty("label").GetString()));
    }

    [Fact]
    [Requirement("GD-11", "lag")]
    public async Task A_trade_that_is_heard_of_before_its_item_is_shown_as_soon_as_both_are_there()
    {
        var tale = Tale.Of(town, "neighborhood-rental");
        await tale.MovesAll("reserve", "confirm");
        await town.Rest();
        Assert.Empty((await town.Get("/api/my/listings", tale.Seller)).Body.GetProperty("items").EnumerateArray());

        await tale.Offers(available: 0, lent: 1);
        await town.Rest();

        Assert.Equal("reserved", (await Only(tale.Seller)).GetProperty("status").GetString());
    }

    [Fact]
    [Requirement("GD-5", "event late")]
    [Requirement("GD-5", "doubled")]
    [Requirement("GD-5", "after the cancellation")]
    public async Task Doubled_and_shuffled_the_view_ends_where_it_would_have()
    {
        var tale = Tale.Of(town, "neighborhood-rental");
        town.Faults.Switch(Faults.MessagesShuffled, true);
        try
        {
            await tale.Offers();
            await tale.MovesAll("reserve", "confirm", "cancel-reservation");
            await tale.Offers(available: 0, lent: 1, what: "stock-taken");
            await tale.Offers(what: "stock-given-back");
            await town.Rest();
        }
        finally
        {
            town.Faults.Switch(Faults.MessagesShuffled, false);
        }

        var item = await Only(tale.Seller);

        Assert.Equal(("registered", 3), (item.GetProperty("status").GetString(), item.GetProperty("listing").GetProperty("revision").GetInt32()));
        Assert.Empty(item.GetProperty("trades").EnumerateArray());
    }

    [Fact]
    public async Task Of_many_pieces_the_thing_itself_says_how_it_stands()
    {
        var tale = await Tale.Of(town, "shopping-mall").Offers(available: 3, lent: 1);
        await tale.MovesAll("order", "open-payment", "confirm-deposit", "prepare");
        await town.Rest();

        var item = await Only(tale.Seller);

        Assert.Equal("registered", item.GetProperty("status").GetString());
        Assert.Single(item.GetProperty("trades").EnumerateArray());
    }

    [Fact]
    public async Task Nobody_sees_the_items_of_others()
    {
        var tale = await Tale.Of(town).Offers();
        await town.Rest();

        Assert.Empty((await town.Get("/api/my/listings", tale.Buyer)).Body.GetProperty("items").EnumerateArray());
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await town.Get("/api/my/listings")).Status);
    }

    private static Told Alarm(Tale tale, string what) =>
        new(null, tale.Listing, what, 1, [new Telling(Ids.New(), tale.Seller.Id, "app", "told")], DateTimeOffset.UtcNow);

    private async Task<JsonElement> Only(PersonRef person, string language = "en") =>
        Assert.Single((await town.Get("/api/my/listings", person, language: language)).Body.GetProperty("items").EnumerateArray());
}
