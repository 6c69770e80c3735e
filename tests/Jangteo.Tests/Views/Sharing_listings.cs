using Jangteo.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Views;

/// <summary>What of the listings stands outside of the pages: of those that everybody may see, and of no others.</summary>
public sealed class Sharing_listings(Town town) : IClassFixture<Town>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private ISharedListings Shared => town.Services.GetRequiredService<ISharedListings>();

    [Fact]
    public async Task What_is_offered_is_shared_by_what_it_is()
    {
        var offered = await Tale.Of(town, title: "Radio", price: 9_000).Offers();
        await town.Rest();

        var listing = await Shared.Find(offered.Listing, ct);

        Assert.Equal(("second-hand", "Radio", 9_000L), (listing?.Kind, listing?.Title, listing?.Price));
        Assert.Contains(offered.Listing, await Shared.Newest(100, ct));
    }

    [Fact]
    public async Task The_start_page_has_what_everybody_finds_first_written_so_that_it_may_stand_in_a_page()
    {
        var offered = await Tale.Of(town, title: "Radio </script><b>&amp; 라디오").Offers(description: "<!--");
        var draft = await Tale.Of(town, title: "A radio that is not offered yet").Offers("draft");
        await town.Rest();

        var list = await Shared.StartPage("en", ct);

        var written = list.Json;

        Assert.DoesNotMatch("[<>&']", written);
        Assert.Contains("라디오", written, StringComparison.Ordinal);
        var start = System.Text.Json.Nodes.JsonNode.Parse(written)!;
        var asked = System.Text.Json.Nodes.JsonNode.Parse((await town.Get("/api/listings?limit=24")).Body.GetRawText())!;
        Assert.Equal(asked.ToJsonString(), start["listings"]!.ToJsonString());
        Assert.Contains(offered.Listing.ToString(), written, StringComparison.Ordinal);
        Assert.DoesNotContain(draft.Listing.ToString(), written, StringComparison.Ordinal);
        Assert.Equal("en", (string?)start["language"]);
        Assert.NotEqual("", (string?)start["since"]);
        var card = list.Cards.Single(card => card.Id == offered.Listing);
        Assert.Equal((offered.Title, "Second-hand"), (card.Title, card.About));
        Assert.Equal(start["listings"]!["items"]!.AsArray().Select(one => (Guid)one!["id"]!), list.Cards.Select(one => one.Id));
    }

    [Fact]
    public async Task A_withdrawn_listing_is_seen_by_those_who_have_to_do_with_it()
    {
        var tale = await (await Tale.Of(town).Offers()).Moves("request");
        await tale.Offers("withdrawn");
        await town.Rest();

        Assert.True(await Shared.IsSeenBy(tale.Listing, tale.Seller.Id, isOperator: false, ct));
        Assert.True(await Shared.IsSeenBy(tale.Listing, tale.Buyer.Id, isOperator: false, ct));
        Assert.True(await Shared.IsSeenBy(tale.Listing, Guid.NewGuid(), isOperator: true, ct));
        Assert.False(await Shared.IsSeenBy(tale.Listing, Guid.NewGuid(), isOperator: false, ct));
        Assert.False(await Shared.IsSeenBy(tale.Listing, null, isOperator: false, ct));
        Assert.False(await Shared.IsSeenBy(Guid.NewGuid(), null, isOperator: false, ct));
    }

    [Fact]
    public async Task A_draft_is_not_shared()
    {
        var draft = await Tale.Of(town).Offers("draft");
        await town.Rest();

        Assert.Null(await Shared.Find(draft.Listing, ct));
        Assert.DoesNotContain(draft.Listing, await Shared.Newest(100, ct));
    }
}
