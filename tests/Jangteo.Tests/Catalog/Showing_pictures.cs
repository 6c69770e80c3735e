using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Pictures;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Catalog;

/// <summary>Pictures of listings.</summary>
public sealed class Showing_pictures(OpenShop open, TestPostgres postgres) : IClassFixture<OpenShop>
{
    internal static readonly byte[] Png = TestPictures.Png();

    [Fact]
    public async Task A_picture_of_a_listing_on_offer_is_shown_to_everyone_and_asked_for_again_after_a_minute()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;

        var added = await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", Png);
        var shown = await shop.Bed.Get(added.Headers["Location"]);
        var known = await shop.Bed.Get(added.Headers["Location"], null, ("If-None-Match", shown.Headers["ETag"]));

        Assert.Equal(201, added.Status);
        Assert.Equal(
            (200, "image/jpeg", "nosniff", "public, max-age=60"),
            (shown.Status, shown.Headers["Content-Type"], shown.Headers["X-Content-Type-Options"], shown.Headers["Cache-Control"]));
        Assert.Equal("image/jpeg", PictureFile.TypeOf(shown.Bytes));
        Assert.Equal((304, 0), (known.Status, known.Bytes.Length));
        var told = (await shop.Said<ListingChanged>(CatalogMessages.ListingChanged, listing))[^1];
        Assert.Equal(("pictured", added.Id), (told.What, Assert.Single(told.Pictures)));
    }

    [Fact]
    public async Task There_is_a_small_copy_for_lists()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var picture = (await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", TestPictures.Jpeg(1000, 500))).Id;
        var tiny = (await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", Png)).Id;

        var whole = await shop.Bed.Get($"/api/pictures/{picture}");
        var small = await shop.Bed.Get($"/api/pictures/{picture}?size=small");

        using var kept = TestPictures.Decoded(whole.Bytes);
        using var thumbnail = TestPictures.Decoded(small.Bytes);
        Assert.Equal((1000, 480, 240), (kept.Width, thumbnail.Width, thumbnail.Height));
        Assert.NotEqual(whole.Headers["ETag"], small.Headers["ETag"]);
        Assert.Equal((await shop.Bed.Get($"/api/pictures/{tiny}")).Bytes, (await shop.Bed.Get($"/api/pictures/{tiny}?size=small")).Bytes);
        Assert.Equal("invalid", (await shop.Bed.Get($"/api/pictures/{picture}?size=huge")).Problem);
    }

    [Fact]
    public async Task The_owner_puts_pictures_in_order_and_the_first_is_the_cover()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var pictures = new List<Guid>();
        for (var number = 0; number < 3; number++)
            pictures.Add((await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", Png)).Id);
        Guid[] wanted = [pictures[2], pictures[0], pictures[1]];

        var ordered = await Order("minji", wanted);
        await Order("minji", wanted);

        Assert.Equal(200, ordered.Status);
        var told = (await shop.Said<ListingChanged>(CatalogMessages.ListingChanged, listing))[^1];
        // Repeating the same order changes nothing and sends no message.
        Assert.Equal((int)ordered.Body!["revision"]!, told.Revision);
        Assert.Equal(wanted, told.Pictures);
        Assert.Equal("not-yours", (await Order("junho", wanted)).Problem);
        foreach (var wrong in new[] { wanted[1..], [.. wanted, wanted[0]], [wanted[0], wanted[0], wanted[1]], [wanted[0], wanted[1], Guid.NewGuid()] })
            Assert.Equal("invalid", (await Order("minji", wrong)).Problem);

        Task<Heard> Order(string person, Guid[] order) => shop.Bed.Send(HttpMethod.Put, $"/api/listings/{listing}/pictures", person, new { pictures = order });
    }

    [Fact]
    public async Task A_drafts_picture_is_its_owners_and_a_withdrawn_one_operators_see_too()
    {
        await using var shop = await Shop.Open(postgres);
        shop.Alarms.Answering = _ => Task.FromResult<Reply>(new Reply.Unreachable(TimeSpan.FromSeconds(1), "away"));
        var draft = Guid.Parse((await shop.Offer("minji", shop.AlarmedKind)).Body!["listing"]!["id"]!.ToString());
        var picture = (await shop.Bed.Post($"/api/listings/{draft}/pictures", "minji", Png)).Id;

        Assert.Equal((404, 404, 200), (await Status(picture, null), await Status(picture, "junho"), await Status(picture, "minji")));

        await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{draft}", "minji");
        Assert.Equal((404, 404, 200, 200), (await Status(picture, null), await Status(picture, "junho"), await Status(picture, "minji"), await Status(picture, SandboxPeople.Operator)));

        async Task<int> Status(Guid id, string? person) => (await shop.Bed.Get($"/api/pictures/{id}", person)).Status;
    }

    [Fact]
    public async Task A_picture_of_a_suspended_person_is_shown_to_operators_only_until_the_suspension_ends()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("gildong", shop.SingleKind)).Id;
        var picture = (await shop.Bed.Post($"/api/listings/{listing}/pictures", "gildong", Png)).Id;

        await Say(isSuspended: true);
        await ModuleBed.Until(() => Status(null), status => status == 404);
        Assert.Equal((404, 200), (await Status("junho"), await Status(SandboxPeople.Operator)));

        await Say(isSuspended: false);
        await ModuleBed.Until(() => Status(null), status => status == 200);

        async Task<int> Status(string? person) => (await shop.Bed.Get($"/api/pictures/{picture}", person)).Status;

        Task Say(bool isSuspended) => shop.Bed.StorageOf(Modules.Identity).Do(Cause.New(), work =>
        {
            var person = SandboxPeople.IdOf("gildong");
            work.Send(IdentityMessages.PersonSuspended, person, new PersonSuspended(person, isSuspended), new MessageContext());
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Past_the_space_of_a_person_nothing_more_is_taken_until_there_is_room()
    {
        var size = (int)await SizeOf(TestPictures.Jpeg());
        await using var shop = await Shop.Open(
            postgres, new Settings { Sandbox = false, Catalog = new CatalogSettings { PictureSpacePerPerson = (3 * size) + 10 } });
        var listings = new[] { (await shop.Offer("minji", shop.SingleKind)).Id, (await shop.Offer("minji", shop.SingleKind)).Id, (await shop.Offer("junho", shop.SingleKind)).Id };

        // On two listings at once, so that no lock of a listing puts them in order.
        var added = await Task.WhenAll(
            Enumerable.Range(0, 8)
                .Select(number => shop.Bed.Post($"/api/listings/{listings[number % 2]}/pictures", "minji", TestPictures.Jpeg())));

        Assert.Equal(3, added.Count(answer => answer.Status == 201));
        Assert.All(
            added.Where(answer => answer.Status != 201), answer => Assert.Equal((409, "picture-quota"), (answer.Status, answer.Problem)));
        Assert.Equal(201, (await shop.Bed.Post($"/api/listings/{listings[2]}/pictures", "junho", TestPictures.Jpeg())).Status);

        // Taken away, it counts until Trading has said that no trade shows it.
        var listing = listings.First(
            one => added.Any(answer => answer.Status == 201 && answer.Body!["listing"]!["id"]!.ToString() == one.ToString()));
        var picture = (await shop.Find(listing)).Pictures[0];
        await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}/pictures/{picture}", "minji");
        Assert.Equal("picture-quota", (await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", TestPictures.Jpeg())).Problem);
        await shop.Bed.StorageOf(Modules.Trading).Do(Cause.New(), work =>
        {
            work.Send(
                TradingMessages.PicturesChecked, listing, new PicturesChecked(listing, [], [picture]),
                new MessageContext(null, null, null, null, listing));
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        await ModuleBed.Until(
            () => shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", TestPictures.Jpeg()), answer => answer.Status == 201);
    }

    [Fact]
    public async Task What_trades_keep_and_small_copies_take_space_too_and_no_more_than_four_times_as_much()
    {
        var given = TestPictures.Jpeg(600, 400);
        var size = await SizeOf(given);
        await using var shop = await Shop.Open(
            postgres, new Settings { Sandbox = false, Catalog = new CatalogSettings { PictureSpacePerPerson = size } });
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var path = $"/api/listings/{listing}/pictures";
        var first = await shop.Bed.Post(path, "minji", given);

        // There is room for one with its small copy, and the next is not even decoded: it is damaged, which is not noticed.
        Assert.Equal((201, "picture-quota"), (first.Status, (await shop.Bed.Post(path, "minji", given[..^100])).Problem));
        await Keep();
        for (var traded = 1; traded < 4; traded++)
        {
            Assert.Equal(201, (await shop.Bed.Post(path, "minji", given)).Status);
            await Keep();
        }

        Assert.Equal("picture-quota", (await shop.Bed.Post(path, "minji", given)).Problem);

        // As removing it does, once Trading has said that a trade shows it.
        Task Keep() => shop.Bed.StorageOf(Modules.Catalog).Do(Cause.New(), work =>
        {
            work.Write("update pictures set state = 'kept' where listing = $1", listing);
            work.Write("update listings set pictures = '{}' where id = $1", listing);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_command_that_is_sent_again_is_answered_as_before_also_when_there_is_no_room_any_more()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var path = $"/api/listings/{listing}/pictures";
        var first = await shop.Bed.Post(path, "minji", Png, ("Idempotency-Key", "first"));
        for (var number = 1; number < 8; number++)
        {
            Assert.Equal(201, (await shop.Bed.Post(path, "minji", Png)).Status);
        }

        var again = await shop.Bed.Post(path, "minji", Png, ("Idempotency-Key", "first"));

        Assert.Equal((201, first.Id), (again.Status, again.Id));
        Assert.Equal("key-reused", (await shop.Bed.Post(path, "minji", TestPictures.Jpeg(), ("Idempotency-Key", "first"))).Problem);
        Assert.Equal(["picture"], (await shop.Bed.Post(path, "minji", Png, ("Idempotency-Key", "second"))).Fields);
    }

    /// <summary>Bytes that a picture takes once it is encoded, with its small copy.</summary>
    private static async Task<long> SizeOf(byte[] given)
    {
        using var encoder = new PictureEncoder();
        var asker = new Asker(Ids.New(), 0);
        return (await encoder.Encode(given, "", asker, asker, TestContext.Current.CancellationToken)).Size;
    }

    [Fact]
    public async Task A_stranger_is_refused_before_anything_is_decoded()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;

        Assert.Equal("not-yours", (await shop.Bed.Post($"/api/listings/{listing}/pictures", "junho", "no picture"u8.ToArray())).Problem);
        Assert.Equal("not-found", (await shop.Bed.Post($"/api/listings/{Ids.New()}/pictures", "junho", "no picture"u8.ToArray())).Problem);
    }

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(2 * 1024 * 1024)]
    public async Task A_picture_of_any_size_arrives_whole(int bytes)
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var picture = new byte[bytes];
        Random.Shared.NextBytes(picture);

        // Written as it is, because what is uploaded is encoded anew and has another size.
        var added = await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", Png);
        await shop.Bed.StorageOf(Modules.Catalog).Do(Cause.New(), work =>
        {
            work.Write("update pictures set bytes = $2, size = $3 where id = $1", added.Id, picture, bytes);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        var shown = await shop.Bed.Get(added.Headers["Location"]);

        Assert.Equal($"{bytes}", shown.Headers["Content-Length"]);
        Assert.Equal(picture, shown.Bytes);
    }

    [Theory]
    [InlineData("FFD8FFE000104A46", "image/jpeg")]
    [InlineData("89504E470D0A1A0A0000", "image/png")]
    [InlineData("52494646AAAAAAAA5745425056503820", "image/webp")]
    [InlineData("52494646AAAAAAAA5741564556503820", null)]
    [InlineData("474946383961", null)]
    [InlineData("3C7376673E3C2F7376673E", null)]
    [InlineData("FFD8", null)]
    [InlineData("", null)]
    public void What_a_picture_is_its_first_bytes_say(string hex, string? type) =>
        Assert.Equal(type, PictureFile.TypeOf(Convert.FromHexString(hex)));

    [Fact]
    public async Task What_is_no_picture_too_large_or_one_too_many_is_refused()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var path = $"/api/listings/{listing}/pictures";

        Assert.Equal(["picture"], (await shop.Bed.Post(path, "minji", "<svg onload=\"alert(1)\"/>"u8.ToArray())).Fields);
        Assert.Equal((413, "too-large"), (await shop.Bed.Post(path, "minji", new byte[(2 * 1024 * 1024) + 1])) is var large ? (large.Status, large.Problem) : default);
        Assert.Equal("unauthenticated", (await shop.Bed.Post(path, null, Png)).Problem);
        for (var number = 0; number < 8; number++)
        {
            Assert.Equal(201, (await shop.Bed.Post(path, "minji", Png)).Status);
        }

        Assert.Equal(["picture"], (await shop.Bed.Post(path, "minji", Png)).Fields);
        Assert.Equal("not-found", (await shop.Bed.Get($"/api/pictures/{Ids.New()}")).Problem);
    }

    [Fact]
    public async Task Its_owner_takes_a_picture_away_and_nobody_else_does()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var picture = (await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", Png)).Id;
        var kept = (await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", Png)).Id;
        var path = $"/api/listings/{listing}/pictures/{picture}";

        Assert.Equal("not-yours", (await shop.Bed.Send(HttpMethod.Delete, path, "junho")).Problem);
        Assert.Equal(200, (await shop.Bed.Send(HttpMethod.Delete, path, "minji")).Status);
        Assert.Equal(200, (await shop.Bed.Send(HttpMethod.Delete, path, "minji")).Status);

        Assert.Equal("not-found", (await shop.Bed.Get($"/api/pictures/{picture}")).Problem);
        Assert.Equal([kept], (await shop.Find(listing)).Pictures);
        Assert.Equal([kept], (await shop.Said<ListingChanged>(CatalogMessages.ListingChanged, listing))[^1].Pictures);
    }

    [Fact]
    public async Task Sent_twice_with_one_key_it_is_one_picture()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;

        var first = await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", Png, ("Idempotency-Key", "p"));
        var second = await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", Png, ("Idempotency-Key", "p"));

        Assert.Equal(first.Id, second.Id);
        Assert.Single((await shop.Find(listing)).Pictures);
    }
}
