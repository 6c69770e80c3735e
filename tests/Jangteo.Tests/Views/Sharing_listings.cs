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
    public async Task A_draft_is_not_shared()
    {
        var draft = await Tale.Of(town).Offers("draft");
        await town.Rest();

        Assert.Null(await Shared.Find(draft.Listing, ct));
        Assert.DoesNotContain(draft.Listing, await Shared.Newest(100, ct));
    }
}
