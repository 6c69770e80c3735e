using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Catalog;

/// <summary>Pictures of listings.</summary>
public sealed class Showing_pictures(OpenShop open) : IClassFixture<OpenShop>
{
    internal static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3, 4];

    [Fact]
    public async Task A_picture_is_shown_to_everybody_as_what_it_is_and_for_ever()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;

        var added = await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", Png);
        var shown = await shop.Bed.Get(added.Headers["Location"]);
        var known = await shop.Bed.Get(added.Headers["Location"], null, ("If-None-Match", shown.Headers["ETag"]));

        Assert.Equal(201, added.Status);
        Assert.Equal((200, "image/png", "nosniff", "public, max-age=31536000, immutable"), (shown.Status, shown.Headers["Content-Type"], shown.Headers["X-Content-Type-Options"], shown.Headers["Cache-Control"]));
        Assert.Equal(Png, shown.Bytes);
        Assert.Equal((304, 0), (known.Status, known.Bytes.Length));
        var told = (await shop.Said<ListingChanged>(CatalogMessages.ListingChanged, listing))[^1];
        Assert.Equal(("pictured", added.Id), (told.What, Assert.Single(told.Pictures)));
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
        Png.CopyTo(picture, 0);

        var added = await shop.Bed.Post($"/api/listings/{listing}/pictures", "minji", picture);
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
        Assert.Equal(type, Jangteo.Catalog.Picture.TypeOf(Convert.FromHexString(hex)));

    [Fact]
    public async Task What_is_no_picture_too_large_or_one_too_many_is_refused()
    {
        var shop = open.Shop;
        var listing = (await shop.Offer("minji", shop.SingleKind)).Id;
        var path = $"/api/listings/{listing}/pictures";

        Assert.Equal(["picture"], (await shop.Bed.Post(path, "minji", "<svg onload=\"alert(1)\"/>"u8.ToArray())).Fields);
        Assert.Equal((413, "too-large"), (await shop.Bed.Post(path, "minji", new byte[(2 * 1024 * 1024) + 1])) is var large ? (large.Status, large.Problem) : default);
        Assert.Equal("unauthenticated", (await shop.Bed.Post(path, null, Png)).Problem);
        Assert.Equal(201, (await shop.Bed.Post(path, "minji", (byte[])[.. Png, .. new byte[(2 * 1024 * 1024) - Png.Length]])).Status);
        for (var number = 1; number < 8; number++)
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
