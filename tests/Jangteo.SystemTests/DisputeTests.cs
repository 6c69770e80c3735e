using System.Text.Json.Nodes;
using Jangteo.Tests.Catalog;

namespace Jangteo.SystemTests;

/// <summary>The pictures that the parties of a trade add to its dispute: who adds them, who sees them, and how many there can be.</summary>
public sealed class DisputeTests(SharedProgram shared)
{
    private const int Most = 10;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_parties_add_pictures_and_both_and_an_operator_see_who_added_what()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Disputed("The lid is broken.");
        var buyers = await deal.Buyer.PostPicture(PathOf(deal), TestPictures.Jpeg(1000, 500));
        var sellers = await deal.Seller.PostPicture(PathOf(deal), TestPictures.Png());
        Assert.Equal((201, 201), (buyers.Status, sellers.Status));

        foreach (var (reader, room) in new[] { (deal.Buyer, Most - 1), (deal.Seller, Most - 1), (await shop.Operator, 0) })
        {
            var dispute = (await reader.Get($"/api/trades/{deal.Id}/dispute")).Body!;
            Assert.True((bool)dispute["isOpen"]!);
            Assert.Equal(
                ("The lid is broken.", "buyer", deal.Buyer.Name),
                dispute["opened"] is { } opened
                    ? ((string)opened["reason"]!, (string)opened["actor"]!, (string)opened["person"]!["name"]!) : default);
            Assert.Equal(
                [(buyers.Id, "buyer", deal.Buyer.Name), (sellers.Id, "seller", deal.Seller.Name)],
                dispute["pictures"]!.AsArray().Select(one => ((Guid)one!["id"]!, (string)one["as"]!, (string)one["by"]!["name"]!)));
            Assert.Equal(room, (int)dispute["room"]!);
            using var whole = TestPictures.Decoded(await Bytes(reader, $"{PathOf(deal)}/{buyers.Id}"));
            using var small = TestPictures.Decoded(await Bytes(reader, $"{PathOf(deal)}/{buyers.Id}?size=small"));
            Assert.Equal((1000, 480), (whole.Width, small.Width));
            Assert.Equal(
                await Bytes(reader, $"{PathOf(deal)}/{sellers.Id}"), await Bytes(reader, $"{PathOf(deal)}/{sellers.Id}?size=small"));
        }

        using var kept = await deal.Buyer.Http.GetAsync($"{PathOf(deal)}/{buyers.Id}", ct);
        Assert.Equal(
            ("image/jpeg", true, true, "nosniff"),
            (kept.Content.Headers.ContentType!.ToString(), kept.Headers.CacheControl!.Private, kept.Headers.CacheControl.NoCache,
                kept.Headers.GetValues("X-Content-Type-Options").Single()));
    }

    [Fact]
    public async Task A_stranger_neither_sees_nor_adds_pictures_and_an_operator_adds_none()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Disputed();
        var picture = (await deal.Buyer.PostPicture(PathOf(deal), TestPictures.Jpeg())).Id;
        var other = await shop.Disputed();
        var stranger = await shop.Somebody("stranger");

        foreach (var path in new[] { $"/api/trades/{deal.Id}/dispute", $"{PathOf(deal)}/{picture}" })
        {
            Assert.Equal("not-found", (await stranger.Get(path)).Code);
            Assert.Equal(401, (int)(await (await shared.Running).Anonymous.GetAsync(path, ct)).StatusCode);
        }

        Assert.Equal("not-found", (await stranger.PostPicture(PathOf(deal), TestPictures.Jpeg())).Code);
        Assert.Equal("not-yours", (await (await shop.Operator).PostPicture(PathOf(deal), TestPictures.Jpeg())).Code);

        // By the path of another trade it is not found, not even by a party of both.
        Assert.Equal("not-found", (await other.Buyer.Get($"{PathOf(other)}/{picture}")).Code);
        Assert.Equal("not-found", (await deal.Buyer.Get($"/api/pictures/{picture}")).Code);
    }

    [Fact]
    public async Task Pictures_are_added_only_while_the_dispute_is_open_and_stay_when_it_is_decided()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List("second-hand"));
        var nothing = (await deal.Buyer.Get($"/api/trades/{deal.Id}/dispute")).Body!;
        Assert.Equal((false, null, 0), ((bool)nothing["isOpen"]!, nothing["opened"], (int)nothing["room"]!));
        Assert.Equal("not-now", (await deal.Buyer.PostPicture(PathOf(deal), TestPictures.Jpeg())).Code);

        await shop.Dispute(deal);
        var picture = (await deal.Buyer.PostPicture(PathOf(deal), TestPictures.Jpeg())).Id;
        var decision = await (await shop.Operator).Post(
            $"/api/trades/{deal.Id}/side-with-buyer", new JsonObject { ["reason"] = "The picture shows it." });
        Assert.Equal(200, decision.Status);

        Assert.Equal("not-now", (await deal.Buyer.PostPicture(PathOf(deal), TestPictures.Png())).Code);
        Assert.Equal("not-now", (await deal.Seller.PostPicture(PathOf(deal), TestPictures.Png())).Code);
        var after = (await deal.Seller.Get($"/api/trades/{deal.Id}/dispute")).Body!;
        Assert.Equal((false, picture, 0), ((bool)after["isOpen"]!, (Guid)after["pictures"]![0]!["id"]!, (int)after["room"]!));
        Assert.NotEmpty(await Bytes(deal.Seller, $"{PathOf(deal)}/{picture}"));
        await shop.BooksAreRight();
    }

    [Fact]
    public async Task A_file_that_is_sent_again_is_one_picture_with_or_without_a_key()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Disputed();
        var file = TestPictures.Jpeg();

        var atOnce = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => deal.Buyer.PostPicture(PathOf(deal), file, "one")));
        var again = await deal.Buyer.PostPicture(PathOf(deal), file);
        var sellers = await deal.Seller.PostPicture(PathOf(deal), file);

        Assert.All(atOnce, said => Assert.Equal((201, atOnce[0].Id), (said.Status, said.Id)));
        Assert.Equal((200, atOnce[0].Id), (again.Status, again.Id));
        Assert.Equal("key-reused", (await deal.Buyer.PostPicture(PathOf(deal), TestPictures.Png(), "one")).Code);
        Assert.Equal((201, false), (sellers.Status, sellers.Id == again.Id));
        Assert.Equal(2, (await Pictures(deal)).Count);
        Assert.Equal(["buyer", "seller"], await AddedBy(deal, pictures: 2));
    }

    [Fact]
    public async Task What_is_no_picture_too_large_or_one_too_many_is_refused_and_the_other_party_still_has_room()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Disputed();

        Assert.Equal(["picture"], Fields(await deal.Buyer.PostPicture(PathOf(deal), "<svg onload=\"alert(1)\"/>"u8.ToArray())));
        Assert.Equal(["picture"], Fields(await deal.Buyer.PostPicture(PathOf(deal), TestPictures.PngOf(50_000, 50_000))));
        Assert.Equal("too-large", (await deal.Buyer.PostPicture(PathOf(deal), new byte[(2 * 1024 * 1024) + 1])).Code);
        for (var number = 1; number <= Most; number++)
        {
            Assert.Equal(201, (await deal.Buyer.PostPicture(PathOf(deal), TestPictures.Jpeg(16 + number))).Status);
        }

        Assert.Equal(["picture"], Fields(await deal.Buyer.PostPicture(PathOf(deal), TestPictures.Png())));
        Assert.Equal(201, (await deal.Seller.PostPicture(PathOf(deal), TestPictures.Png())).Status);
        Assert.Equal(Most + 1, (await Pictures(deal)).Count);
    }

    [Fact]
    public async Task A_decision_about_a_dispute_is_refused_when_a_picture_has_come_since()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Disputed();
        var seen = (int)(await deal.Seller.Get($"/api/trades/{deal.Id}")).Body!["revision"]!;

        await deal.Buyer.PostPicture(PathOf(deal), TestPictures.Jpeg());

        var stale = await (await shop.Operator).Send(
            HttpMethod.Post, $"/api/trades/{deal.Id}/side-with-seller", new JsonObject { ["reason"] = "Nothing is to be seen." }, null,
            $"\"{seen}\"");
        Assert.Equal("stale", stale.Code);
    }

    private static string PathOf(Deal deal) => $"/api/trades/{deal.Id}/dispute/pictures";

    private static async Task<JsonArray> Pictures(Deal deal) =>
        (await deal.Buyer.Get($"/api/trades/{deal.Id}/dispute")).Body!["pictures"]!.AsArray();

    /// <summary>Who added the pictures that the timeline tells of, once it tells of so many.</summary>
    private static Task<string[]> AddedBy(Deal deal, int pictures) =>
        Shop.Eventually<string[]>(
            async () =>
            [
                .. (await deal.Buyer.Get($"/api/trades/{deal.Id}/timeline")).Body!["items"]!.AsArray()
                    .Where(line => (string?)line!["what"] == "evidence").Select(line => (string)line!["actor"]!),
            ],
            lines => lines.Length >= pictures);

    private static string[] Fields(Said said) =>
        said.Code == "invalid" ? [.. said.Body!["errors"]!.AsObject().Select(wrong => wrong.Key)] : [said.ToString()];

    private async Task<byte[]> Bytes(Visitor reader, string path)
    {
        using var answer = await reader.Http.GetAsync(path, ct);
        Assert.Equal(200, (int)answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync(ct);
    }
}
