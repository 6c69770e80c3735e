using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Catalog;

/// <summary>Listings over HTTP: offered, changed, withdrawn.</summary>
public sealed class Offering_things(TestPostgres postgres, OpenShop open) : IClassFixture<OpenShop>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CM-1")]
    [Requirement("WP-1")]
    public async Task What_is_offered_is_registered_and_told()
    {
        var shop = open.Shop;

        var offered = await shop.Offer("minji", shop.CountedKind, new { quantity = 7, place = new { name = "Old Market", lat = 36.6, lng = 127.8 } });

        Assert.Equal(201, offered.Status);
        Assert.Equal($"/api/listings/{offered.Id}", offered.Headers["Location"]);
        Assert.Equal(("registered", "1", "7", "7", "Old Market"), (offered["status"], offered["revision"], offered["quantity"], offered["available"], offered.Body!["place"]!["name"]!.ToString()));
        Assert.Equal($"catalog:{offered.Id}:1", offered["token"]);
        var told = Assert.Single(await shop.Said<ListingChanged>(CatalogMessages.ListingChanged, offered.Id));
        Assert.Equal(("registered", "minji", 3000), (told.What, told.Owner.Name, told.Price));
    }

    [Theory]
    [InlineData("""{"title":""}""", "title")]
    [InlineData("""{"title":"  "}""", "title")]
    [InlineData("""{"title":null}""", "title")]
    [InlineData("""{"price":0}""", "price")]
    [InlineData("""{"price":-1}""", "price")]
    [InlineData("""{"price":null}""", "price")]
    [InlineData("""{"price":10000000001}""", "price")]
    [InlineData("""{"quantity":0}""", "quantity")]
    [InlineData("""{"quantity":-3}""", "quantity")]
    [InlineData("""{"quantity":100001}""", "quantity")]
    [InlineData("""{"kind":""}""", "kind")]
    [InlineData("""{"kind":null}""", "kind")]
    [InlineData("""{"place":{"name":"","lat":36.6,"lng":127.8}}""", "place.name")]
    [InlineData("""{"place":{"name":"Here","lat":90.1,"lng":127.8}}""", "place.lat")]
    [InlineData("""{"place":{"name":"Here","lat":36.6}}""", "place.lng")]
    [Requirement("GD-1", "missing name")]
    [Requirement("GD-1", "price <= 0")]
    public async Task What_is_wrong_is_said_by_its_field_and_nothing_is_offered(string changes, string field)
    {
        var shop = open.Shop;
        var before = (await shop.Said(CatalogMessages.ListingChanged)).Count;

        var refused = await shop.Offer("minji", shop.CountedKind, System.Text.Json.Nodes.JsonNode.Parse(changes));

        Assert.Equal((422, "invalid"), (refused.Status, refused.Problem));
        Assert.Equal([field], refused.Fields);
        Assert.Equal(before, (await shop.Said(CatalogMessages.ListingChanged)).Count);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once()
    {
        var shop = open.Shop;

        var refused = await shop.Bed.Post("/api/listings", "minji", new { title = new string('x', 121), description = new string('x', 4001), price = 0 });

        Assert.Equal(["description", "kind", "price", "title"], refused.Fields);
    }

    [Theory]
    [InlineData("""{"price":"5"}""")]
    [InlineData("""{"price":1.5}""")]
    [InlineData("""{"price":99999999999999999999}""")]
    [InlineData("""{"title":5}""")]
    [InlineData("""{"title":"\ud800"}""")]
    [InlineData("""{"title":"\u0000"}""")]
    [InlineData("""{"colour":"red"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task What_cannot_be_read_is_malformed(string body)
    {
        var shop = open.Shop;

        Assert.Equal("malformed", (await shop.Bed.Post("/api/listings", "minji", body)).Problem);
    }

    [Fact]
    public async Task A_kind_that_is_not_there_and_a_count_of_single_things_are_refused()
    {
        var shop = open.Shop;

        Assert.Equal("unknown-kind", (await shop.Offer("minji", "barter")).Problem);
        Assert.Equal(["quantity"], (await shop.Offer("minji", shop.SingleKind, new { quantity = 1 })).Fields);
    }

    [Fact]
    public async Task The_condition_is_kept_changed_and_told_where_the_kind_asks_for_it()
    {
        var shop = open.Shop;
        var kind = shop.Kind(kind => kind.Listing.HasCondition && kind.Listing.Registered.First.IsEmpty);

        var offered = await shop.Offer("minji", kind, new { condition = "like-new" });
        var changed = await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{offered.Id}", "minji", new { condition = "fair" });
        var unchanged = await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{offered.Id}", "minji", new { title = "Tin kettle" });

        Assert.Equal(("like-new", "fair", "fair"), (offered["condition"], changed["condition"], unchanged["condition"]));
        Assert.Equal(
            ["like-new", "fair", "fair"],
            (await shop.Said<ListingChanged>(CatalogMessages.ListingChanged, offered.Id)).Select(told => told.Condition));
    }

    [Fact]
    public async Task A_condition_that_is_none_and_one_that_the_kind_does_not_ask_for_are_refused_by_the_field()
    {
        var shop = open.Shop;
        var asking = shop.Kind(kind => kind.Listing.HasCondition && kind.Listing.Registered.First.IsEmpty);
        var silent = shop.Kind(kind => !kind.Listing.HasCondition);
        var listing = (await shop.Offer("minji", silent)).Id;

        Assert.Equal(["condition"], (await shop.Offer("minji", asking, new { condition = "mint" })).Fields);
        Assert.Equal(["condition"], (await shop.Offer("minji", silent, new { condition = "good" })).Fields);
        Assert.Equal(
            ["condition"], (await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { condition = "good" })).Fields);
    }

    [Fact]
    public async Task A_stranger_offers_nothing()
    {
        var shop = open.Shop;

        Assert.Equal("unauthenticated", (await shop.Bed.Post("/api/listings", null, new { kind = shop.SingleKind, title = "Kettle", price = 1 })).Problem);
    }

    [Fact]
    [Requirement("GD-1", "sent twice")]
    public async Task Sent_five_times_at_once_with_one_key_it_is_offered_once()
    {
        var shop = open.Shop;

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => shop.Offer("minji", shop.SingleKind, null, ("Idempotency-Key", "k1"))));

        Assert.All(answers, answer => Assert.Equal((201, answers[0].Id), (answer.Status, answer.Id)));
        Assert.Single(await shop.Said(CatalogMessages.ListingChanged, answers[0].Id));
        Assert.Equal("key-reused", (await shop.Offer("minji", shop.SingleKind, new { price = 4 }, ("Idempotency-Key", "k1"))).Problem);
    }

    [Fact]
    public async Task Its_owner_says_it_otherwise_and_an_old_page_cannot()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;

        var edited = await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { title = " Copper kettle ", price = 2500 }, ("If-Match", "\"1\""));
        var stale = await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { price = 1 }, ("If-Match", "\"1\""));
        var same = await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { price = 2500 });

        Assert.Equal((200, "Copper kettle", "2500", "2", "Whistles."), (edited.Status, edited["title"], edited["price"], edited["revision"], edited["description"]));
        Assert.Equal((412, "stale"), (stale.Status, stale.Problem));
        Assert.Equal((200, "2"), (same.Status, same["revision"]));
        Assert.Equal(["registered", "edited"], (await shop.Said<ListingChanged>(CatalogMessages.ListingChanged, listing)).Select(told => told.What));
    }

    [Fact]
    public async Task Nobody_changes_what_is_anothers()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;

        foreach (var method in (HttpMethod[])[HttpMethod.Patch, HttpMethod.Delete])
        {
            Assert.Equal("not-yours", (await shop.Bed.Send(method, $"/api/listings/{listing}", "junho", new { })).Problem);
            Assert.Equal("not-found", (await shop.Bed.Send(method, $"/api/listings/{Ids.New()}", "junho", new { })).Problem);
            Assert.Equal("unauthenticated", (await shop.Bed.Send(method, $"/api/listings/{listing}", null, new { })).Problem);
        }

        Assert.Equal("not-yours", (await shop.Bed.Post($"/api/listings/{listing}/register", "junho")).Problem);
        Assert.Equal("not-yours", (await shop.Bed.Post($"/api/listings/{listing}/pictures", "junho", Showing_pictures.Png)).Problem);
    }

    [Fact]
    public async Task Counted_again_the_difference_is_a_correction_and_never_below_what_is_out()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.CountedKind, new { quantity = 5 })).Id;
        await shop.Stock.Ask(shop.Ask(listing, "take-stock", quantity: 3), ct);

        var tooFew = await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { quantity = 2 });
        var fewer = await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { quantity = 3 });
        var more = await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { quantity = 9 });

        Assert.Equal(["quantity"], tooFew.Fields);
        Assert.Equal(("3", "0", "3"), (fewer["quantity"], fewer["available"], fewer["out"]));
        Assert.Equal(("9", "6", "3"), (more["quantity"], more["available"], more["out"]));
        Assert.Equal("corrected", (await shop.Said<ListingChanged>(CatalogMessages.ListingChanged, listing))[^1].What);
        await shop.BooksAreInOrder();
    }

    [Fact]
    [Requirement("GD-2", "twice")]
    public async Task Withdrawn_twice_it_is_withdrawn_once_and_nothing_is_taken_of_it()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;

        var first = await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");
        var second = await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji", null, ("If-Match", "\"1\""));

        Assert.Equal((200, "withdrawn", "2"), (first.Status, first["status"], first["revision"]));
        Assert.Equal((200, "withdrawn", "2"), (second.Status, second["status"], second["revision"]));
        Assert.Equal(new Reply.No("stock-refused", "stock-refused"), await shop.Stock.Ask(shop.Ask(listing, "take-stock"), ct));
        Assert.Equal("listing-withdrawn", (await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{listing}", "minji", new { price = 1 })).Problem);
    }

    [Fact]
    [Requirement("GD-2", "while reserved or lent: refused")]
    public async Task A_single_thing_that_somebody_has_is_not_withdrawn_before_it_is_back()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var trade = Ids.New();
        await shop.Stock.Ask(shop.Ask(listing, "take-stock", 1, trade), ct);

        var refused = await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");
        await shop.Stock.Ask(shop.Ask(listing, "give-back-stock", 3, trade), ct);
        var withdrawn = await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");

        Assert.Equal((409, "listing-in-use"), (refused.Status, refused.Problem));
        Assert.Equal("withdrawn", withdrawn["status"]);
    }

    [Fact]
    public async Task Counted_things_are_withdrawn_while_some_are_out_and_those_come_back()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.CountedKind, new { quantity = 2 })).Id;
        var trade = Ids.New();
        await shop.Stock.Ask(shop.Ask(listing, "take-stock", 1, trade), ct);

        var withdrawn = await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");
        await shop.Stock.Ask(shop.Ask(listing, "give-back-stock", 3, trade), ct);

        Assert.Equal("withdrawn", withdrawn["status"]);
        Assert.Equal(("withdrawn", 2, 0), (await shop.Find(listing)) is var found ? (found.Status, found.Available, found.Out) : default);
        await shop.BooksAreInOrder();
    }

    [Fact]
    [Requirement("CM-N3")]
    public async Task Registering_goes_on_while_no_other_module_runs_at_all()
    {
        await using var alone = await ModuleBed.Start(postgres, [new CatalogModule()]);

        var offered = await alone.Post("/api/listings", "minji", new { kind = open.Shop.SingleKind, title = "Kettle", price = 1 });

        Assert.Equal((201, "registered"), (offered.Status, offered["status"]));
    }

    [Fact]
    public async Task The_sandbox_begins_with_samples_in_both_languages_its_own_first_and_has_them_once()
    {
        await using var shop = await Shop.Open(postgres, new Settings { Sandbox = true, Language = "en" });

        var told = await shop.Said<ListingChanged>(CatalogMessages.ListingChanged);

        Assert.Equal(5, told.Select(listing => listing.Kind).Distinct().Count());
        Assert.True(told.Count >= 50);
        Assert.All(told, listing => Assert.Equal("registered", listing.Status));
        Assert.All(told, listing => Assert.Contains(listing.Owner.Id, new[] { SandboxPeople.IdOf("minji"), SandboxPeople.IdOf("junho") }));
        var tent = Assert.Single(told, listing => listing.Title == "Four-person tent · 4인용 텐트");
        Assert.Matches("^Goes up in ten minutes.*\n\n10분이면 설치", tent.Description);
        Assert.Equal("good", tent.Condition);
        foreach (var listing in told)
        {
            var picture = await shop.Bed.Get($"/api/pictures/{Assert.Single(listing.Pictures)}");
            Assert.Equal((200, "image/webp"), (picture.Status, picture.Headers["Content-Type"]));
            Assert.InRange(picture.Bytes.Length, 500, 6 * 1024);
        }

        await shop.Bed.StartAgain();
        Assert.Equal(told.Count, (await shop.Said(CatalogMessages.ListingChanged)).Count);
        Assert.Empty(shop.Alarms.Asked);
    }
}
