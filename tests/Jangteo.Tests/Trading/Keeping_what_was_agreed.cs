using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Trading;

/// <summary>A trade is about the listing as it was when the trade began.</summary>
public sealed class Keeping_what_was_agreed(Fair fair) : IClassFixture<Fair>
{
    [Fact]
    public async Task What_the_owner_changes_later_changes_no_trade()
    {
        var listing = await fair.Offer();
        var first = await fair.Order(listing);
        var revision = (await fair.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { title = "Tin kettle", description = "Leaks.", price = 9000 }))["revision"];
        await fair.TradingKnows(listing, int.Parse(revision));
        var second = await fair.Order(listing, price: 9000);

        Assert.Equal(("Brass kettle", "Whistles.", "3000"), Said(first));
        Assert.Equal(("Brass kettle", "Whistles.", "3000"), Said(await fair.Trade(first.Id)));
        Assert.Equal(("Brass kettle", "Whistles.", "3000"), Said(await fair.Trade(first.Id, "minji")));
        Assert.Equal(("Brass kettle", "Whistles.", "3000"), Said(await fair.Move(first.Id, "drop", "junho")));
        Assert.Equal(("Tin kettle", "Leaks.", "9000"), Said(await fair.Trade(second.Id)));
    }

    [Fact]
    public async Task The_condition_that_the_seller_stated_is_part_of_what_was_agreed()
    {
        var listing = await fair.Offer(condition: "like-new");
        var first = await fair.Order(listing);
        var revision = (await fair.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { condition = "fair" }))["revision"];
        await fair.TradingKnows(listing, int.Parse(revision));
        var second = await fair.Order(listing);

        foreach (var person in new[] { "junho", "minji", "sora" })
        {
            var agreed = (await fair.Trade(first.Id, person)).Body!["listing"]!;
            Assert.Equal(("like-new", "거의 새것"), (agreed["condition"]!.ToString(), agreed["conditionLabel"]!.ToString()));
        }

        Assert.Equal("fair", (await fair.Trade(second.Id)).Body!["listing"]!["condition"]!.ToString());
        Assert.Null((await fair.Trade((await fair.Order(await fair.Offer())).Id)).Body!["listing"]!["condition"]);
    }

    [Fact]
    public async Task Trades_that_agreed_on_the_same_share_one_row()
    {
        var listing = await fair.Offer(quantity: 100);
        for (var number = 0; number < 3; number++)
        {
            Assert.Equal(201, (await fair.Order(listing, quantity: 2)).Status);
        }

        Assert.Equal(1, await fair.Count(Modules.Trading, "agreed_listings where listing = $1", listing));
    }

    [Fact]
    public async Task A_picture_that_was_agreed_on_stays_with_the_parties_and_operators_and_nobody_else()
    {
        var listing = await fair.Offer();
        var agreed = await fair.AddPicture(listing);
        var trade = (await fair.Order(listing)).Id;

        await fair.RemovePicture(listing, agreed);
        await fair.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");
        await ModuleBed.Until(() => fair.Count(Modules.Catalog, "pictures where id = $1 and state = 'kept'", agreed), count => count == 1);

        Assert.Equal([agreed.ToString()], PicturesOf(await fair.Trade(trade)));
        foreach (var person in new[] { "junho", "minji", "sora" })
        {
            var shown = await fair.Bed.Get($"/api/trades/{trade}/pictures/{agreed}", person);
            Assert.Equal(
                (200, "image/jpeg", "max-age=120, private"), (shown.Status, shown.Headers["Content-Type"], shown.Headers["Cache-Control"]));
        }

        Assert.Equal("not-found", (await fair.Bed.Get($"/api/trades/{trade}/pictures/{agreed}", "doyun")).Problem);
        Assert.Equal("unauthenticated", (await fair.Bed.Get($"/api/trades/{trade}/pictures/{agreed}")).Problem);
        Assert.Equal("not-found", (await fair.Bed.Get($"/api/trades/{trade}/pictures/{Ids.New()}", "junho")).Problem);
        foreach (var person in new[] { null, "doyun", "junho", "minji" })
        {
            Assert.Equal("not-found", (await fair.Bed.Get($"/api/pictures/{agreed}", person)).Problem);
        }
    }

    [Fact]
    public async Task A_picture_that_no_trade_has_is_gone_for_good_when_its_owner_takes_it_away()
    {
        var listing = await fair.Offer();
        var mistaken = await fair.AddPicture(listing);
        await fair.TradingKnows(listing, await fair.RemovePicture(listing, mistaken));
        var trade = (await fair.Order(listing)).Id;

        await ModuleBed.Until(() => fair.Count(Modules.Catalog, "pictures where id = $1", mistaken), count => count == 0);
        Assert.DoesNotContain(mistaken.ToString(), PicturesOf(await fair.Trade(trade)));
    }

    [Fact]
    public async Task A_picture_taken_away_while_trades_begin_is_kept_exactly_when_one_of_them_shows_it()
    {
        for (var round = 0; round < 8; round++)
        {
            var listing = await fair.Offer(quantity: 100);
            var picture = await fair.AddPicture(listing);

            var orders = Enumerable.Range(0, 6).Select(number => fair.Order(listing, number % 2 == 0 ? "junho" : "doyun")).ToArray();
            var removed = fair.RemovePicture(listing, picture);
            await Task.WhenAll([.. orders, removed]);

            var states = await ModuleBed.Until(
                async () => await fair.Count(Modules.Catalog, "pictures where id = $1 and state <> 'removed'", picture) + (2 * await fair.Count(Modules.Catalog, "pictures where id = $1", picture)), sum => sum != 2);
            var isShown = (await Task.WhenAll(orders)).Any(trade => PicturesOf(trade).Contains(picture.ToString()));
            Assert.Equal(isShown ? 3 : 0, states);
        }
    }

    [Fact]
    public async Task A_grant_is_for_one_picture_and_cannot_be_made_up()
    {
        var listing = await fair.Offer();
        var one = await fair.AddPicture(listing);
        var other = await fair.AddPicture(listing);
        var trade = (await fair.Order(listing)).Id;
        await fair.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");
        await ModuleBed.Until(() => fair.Bed.Get($"/api/pictures/{one}"), heard => heard.Status == 404);

        var sent = await fair.Bed.Redirected($"/api/trades/{trade}/pictures/{one}", "junho");

        Assert.StartsWith($"/api/pictures/{one}?grant=", sent);
        Assert.Equal(200, (await fair.Bed.Get(sent)).Status);
        Assert.Equal("not-found", (await fair.Bed.Get(sent.Replace(one.ToString(), other.ToString()))).Problem);
        Assert.Equal("not-found", (await fair.Bed.Get(sent[..^4])).Problem);
        Assert.Equal("not-found", (await fair.Bed.Get($"/api/pictures/{one}?grant=made-up")).Problem);

        fair.Bed.Machine.Forward(TimeSpan.FromMinutes(6));
        Assert.Equal("not-found", (await fair.Bed.Get(sent)).Problem);
    }

    [Fact]
    public async Task The_exact_place_is_for_the_owner_and_for_the_buyer_of_an_open_trade()
    {
        var exact = new { name = "Old Market", lat = 36.61234, lng = 127.81234 };
        var listing = await fair.Offer(place: exact);
        var trade = (await fair.Order(listing)).Id;

        Assert.Equal("36.61234", (await fair.Trade(trade)).Body!["listing"]!["place"]!["lat"]!.ToString());
        Assert.Equal("127.81234", (await fair.Trade(trade, "minji")).Body!["listing"]!["place"]!["lng"]!.ToString());
        var blurred = (await fair.Trade(trade, "sora")).Body!["listing"]!["place"]!;
        Assert.Equal("Old Market", blurred["name"]!.ToString());
        Assert.NotEqual("36.61234", blurred["lat"]!.ToString());

        Assert.Equal(200, (await fair.Move(trade, "drop", "junho")).Status);
        Assert.Equal(blurred.ToJsonString(), (await fair.Trade(trade)).Body!["listing"]!["place"]!.ToJsonString());
        Assert.Equal("36.61234", (await fair.Trade(trade, "minji")).Body!["listing"]!["place"]!["lat"]!.ToString());
    }

    [Fact]
    public async Task No_search_list_or_page_tells_others_the_exact_point()
    {
        var listing = await fair.Offer(place: new { name = "Old Market", lat = 36.61234, lng = 127.81234 });
        var trade = (await fair.Order(listing)).Id;
        var shown = await fair.ListingUntil(listing, heard => heard.Status == 200);
        var (lat, lng) = (shown.Body!["place"]!["lat"]!.ToString(), shown.Body!["place"]!["lng"]!.ToString());

        // However the circle is laid, the distance is that to the blurred point.
        foreach (var near in new[] { "36.61234,127.81234", $"{lat},{lng}", "36.62,127.82" })
        {
            var found = (await fair.Bed.Get($"/api/listings?near={near}&within=3&sort=distance")).Body!["items"]!.AsArray()
                .Single(one => one!["id"]!.ToString() == listing.ToString())!;
            Assert.Equal((lat, lng), (found["place"]!["lat"]!.ToString(), found["place"]!["lng"]!.ToString()));
            Assert.Equal(near == $"{lat},{lng}", found["distance"]!.GetValue<double>() < 0.001);
        }

        string[] paths =
        [
            "/api/listings?limit=100", $"/api/listings/{listing}", "/api/listings/facets", "/api/my/listings", "/api/my/trades",
            $"/api/trades/{trade}", $"/api/trades/{trade}/timeline",
            "/api/operator/views/attention", $"/api/operator/trading/trades/{trade}/moves",
        ];
        foreach (var person in new[] { null, "doyun", "sora" })
        {
            foreach (var path in paths)
            {
                Assert.DoesNotContain("36.61234", (await fair.Bed.Get(path, person)).ToString());
            }
        }

        Assert.Contains("36.61234", (await fair.Bed.Get($"/api/listings/{listing}", "minji")).ToString());
        Assert.Contains("36.61234", (await fair.Bed.Get("/api/my/listings", "minji")).ToString());
    }

    [Fact]
    public async Task A_place_that_is_taken_away_is_gone_from_listing_and_trade_also_when_the_listing_is_withdrawn()
    {
        var listing = await fair.Offer(place: new { name = "Old Market", lat = 36.61234, lng = 127.81234 });
        var trade = (await fair.Order(listing)).Id;
        await fair.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");

        var removed = await fair.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}/place", "minji");
        var again = await fair.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}/place", "minji");

        Assert.Equal((200, 200, null), (removed.Status, again.Status, removed.Body!["place"]));
        Assert.Equal("not-found", (await fair.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}/place", "doyun")).Problem);
        await fair.TradeUntil(trade, heard => heard.Body!["listing"]!["place"] is null);
        await fair.ListingUntil(listing, heard => heard.Status == 200 && heard.Body!["place"] is null, "minji");
    }

    [Fact]
    public async Task A_withdrawn_listing_is_seen_by_its_owner_by_who_traded_it_and_by_operators()
    {
        var listing = await fair.Offer();
        var picture = await fair.AddPicture(listing);
        await fair.Order(listing);
        await fair.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");
        await fair.ListingUntil(listing, heard => heard.Status == 404);

        foreach (var person in new[] { "junho", "minji", "sora" })
        {
            Assert.Equal("withdrawn", (await fair.ListingUntil(listing, heard => heard.Status == 200, person))["status"]);
            Assert.Equal(200, (await fair.Bed.Get($"/api/listings/{listing}/pictures/{picture}", person)).Status);
            Assert.Equal(200, (await fair.Bed.Get($"/api/listings/{listing}/pictures/cover?size=small", person)).Status);
        }

        foreach (var person in new[] { null, "doyun" })
        {
            Assert.Equal("not-found", (await fair.Bed.Get($"/api/listings/{listing}", person)).Problem);
            Assert.Equal("not-found", (await fair.Bed.Get($"/api/listings/{listing}/pictures/{picture}", person)).Problem);
            Assert.Equal("not-found", (await fair.Bed.Get($"/api/listings/{listing}/pictures/cover", person)).Problem);
            Assert.Equal("not-found", (await fair.Bed.Get($"/api/pictures/{picture}", person)).Problem);
        }

        Assert.Equal(
            (200, "no-cache, private"), (await fair.Bed.Get($"/api/pictures/{picture}", "minji")) is var owners
                ? (owners.Status, owners.Headers["Cache-Control"])
                : default);
    }

    private static (string Title, string Description, string Price) Said(Heard trade) =>
        trade.Body!["listing"]! is var listing
            ? (listing["title"]!.ToString(), listing["description"]!.ToString(), listing["price"]!.ToString())
            : default;

    private static IEnumerable<string> PicturesOf(Heard trade) =>
        trade.Body!["listing"]!["pictures"]!.AsArray().Select(picture => picture!.ToString());
}
