using Jangteo.Catalog;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Pictures;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Catalog;
using Jangteo.Trading;

namespace Jangteo.Tests.Trading;

/// <summary>
/// The table alone says which states are disputes, whatever they are called; and what one person can add in all. minji lends, junho
/// borrows.
/// </summary>
public sealed class Adding_pictures_to_a_dispute(TestPostgres postgres)
{
    /// <summary>An operator may end <c>quiet</c> too, but it does not wait for one: the lender comes first.</summary>
    private static readonly Kind kind = KindReader.ReadTable(
        """
        kind: toy
        version: 1
        stock: counted
        price: each
        needs: []
        tell: { buyer: [app], seller: [app] }

        moves:
          - { do: borrow,   from: start,         to: lent,  by: buyer,    first: [take-stock] }
          - { do: complain, from: lent,          to: heard, by: buyer }
          - { do: rule,     from: heard,         to: over,  by: operator, ask: [give-back-stock] }
          - { do: forget,   from: heard,         to: quiet, after: 3d }
          - { do: have,     from: [lent, quiet], to: over,  by: seller,   ask: [give-back-stock] }
          - { do: end,      from: quiet,         to: over,  by: operator, ask: [give-back-stock] }
          - { do: time-out, from: [lent, quiet], to: over,  after: 9d,    ask: [give-back-stock] }
        """,
        "a table of the test").Value!;

    [Fact]
    public void A_state_is_a_dispute_if_it_waits_for_an_operator() =>
        Assert.Equal(["heard"], kind.States.Where(kind.IsDispute));

    [Fact]
    public void In_every_kind_that_comes_with_the_program_it_is_the_state_that_the_buyer_takes_a_trade_to() =>
        Assert.All(KindReader.Read(Path.Combine(Repository.Root, "kinds")).Value!.All, one =>
        {
            var dispute = Assert.Single(one.States, one.IsDispute);
            Assert.All(one.Moves.Where(row => row.To == dispute), row => Assert.Equal(Party.Buyer, row.By));
        });

    [Fact]
    public async Task Past_the_space_of_a_person_nothing_more_is_taken_in_whichever_trade()
    {
        var files = Enumerable.Range(0, 6).Select(number => TestPictures.Jpeg(640 + number, 480)).ToArray();
        var size = (await Task.WhenAll(files.Select(SizeOf))).Max();
        await using var bed = await Open(3 * size);
        var trades = new[] { await Contested(bed), await Contested(bed) };

        // On two trades at once, so that no lock of a trade puts them in order.
        var added = await Task.WhenAll(files.Select((file, number) => Add(bed, trades[number % 2], "junho", file)));

        Assert.Equal(3, added.Count(answer => answer.Status == 201));
        Assert.All(added.Where(answer => answer.Status != 201), answer => Assert.Equal(["picture"], answer.Fields));
        Assert.Equal(201, (await Add(bed, trades[0], "minji", files[0])).Status);
        Assert.Equal(3, (await Task.WhenAll(trades.Select(trade => Own(bed, trade)))).Sum());
    }

    [Fact]
    public async Task A_picture_for_which_there_is_no_space_is_not_decoded()
    {
        await using var bed = await Open(space: 0);
        var damaged = TestPictures.Jpeg(640, 480)[..^100];

        var refused = await Add(bed, await Contested(bed), "junho", damaged);

        Assert.Equal(
            "There is no room for this picture: your pictures in disputes can take up at most 0 MB.",
            refused.Body!["errors"]!["picture"]![0]!.ToString());
    }

    [Fact]
    public async Task While_the_trade_is_in_another_state_nothing_is_taken()
    {
        await using var bed = await Open(1 << 20);
        var trade = await Begun(bed);
        var early = await Add(bed, trade, "junho", TestPictures.Jpeg());
        Assert.Equal((409, "not-now"), (early.Status, early.Problem));

        Assert.Equal("heard", (await bed.Post($"/api/trades/{trade}/complain", "junho", new { reason = "It squeaks." }))["state"]);
        Assert.Equal(201, (await Add(bed, trade, "junho", TestPictures.Jpeg())).Status);
        bed.Machine.Forward(TimeSpan.FromDays(4));
        await ModuleBed.Until(() => bed.Get($"/api/trades/{trade}", "junho"), heard => heard["state"] == "quiet");

        var late = await Add(bed, trade, "minji", TestPictures.Jpeg());
        Assert.Equal((409, "not-now"), (late.Status, late.Problem));
    }

    private async Task<ModuleBed> Open(long space) => await ModuleBed.Start(
        postgres, [new CatalogModule(), new TradingModule(), new Neighbours(Modules.Payments), new Neighbours(Modules.Notices)],
        new Settings { Sandbox = false, Trading = new TradingSettings { DisputePictureSpacePerPerson = space } },
        Shelf.Of([kind], new Texts()));

    private static async Task<Guid> Begun(ModuleBed bed)
    {
        var listing = (await bed.Post(
            "/api/listings", "minji", new { kind = kind.Name, title = "Kite", description = "Flies.", price = 100, quantity = 1 })).Id;
        var begun = await bed.Post("/api/trades", "junho", new { listing, price = 100 });
        Assert.True(begun.Status == 201, begun.ToString());
        return begun.Id;
    }

    private static async Task<Guid> Contested(ModuleBed bed)
    {
        var trade = await Begun(bed);
        Assert.Equal("heard", (await bed.Post($"/api/trades/{trade}/complain", "junho", new { reason = "It squeaks." }))["state"]);
        return trade;
    }

    private static Task<Heard> Add(ModuleBed bed, Guid trade, string person, byte[] file) =>
        bed.Post($"/api/trades/{trade}/dispute/pictures", person, file, ("Accept-Language", "en"));

    /// <summary>How many pictures of junho a trade has.</summary>
    private static async Task<int> Own(ModuleBed bed, Guid trade) =>
        (await bed.Get($"/api/trades/{trade}/dispute", "minji")).Body!["pictures"]!.AsArray()
            .Count(picture => picture!["as"]!.ToString() == "buyer");

    private static async Task<long> SizeOf(byte[] file)
    {
        using var encoder = new PictureEncoder();
        var asker = new Asker(Ids.New(), 0);
        return (await encoder.Encode(file, "", asker, asker, TestContext.Current.CancellationToken)).Size;
    }
}
