using Jangteo.Catalog;
using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Catalog;
using Jangteo.Trading;
using Jangteo.Views;

namespace Jangteo.Tests.Trading;

/// <summary>
/// Trading with the real catalogue, deliveries and views, over HTTP and on a real database. The tables are of the tests' own: minji sells,
/// junho buys.
/// </summary>
public sealed class Fair(TestPostgres postgres) : IAsyncLifetime
{
    /// <summary>A counted thing that is sent, called back and sent again.</summary>
    public const string Parcel = "parcel";

    /// <summary>A counted thing whose units are set aside when it is ordered.</summary>
    public const string Held = "held";

    private static readonly Shelf kinds = Shelf.Of(
        [
            Read("""
                kind: parcel
                version: 1
                stock: counted
                price: each
                needs: [quantity, address]
                tell: { buyer: [app], seller: [app] }

                moves:
                  - { do: order,      from: start,          to: placed,    by: buyer }
                  - { do: send,       from: placed,         to: sent,      by: seller,                ask: [take-stock, deliver] }
                  - { do: call-back,  from: sent,           to: recalled,  by: seller,                ask: [cancel-delivery] }
                  - { do: have-back,  from: recalled,       to: back,      hears: delivery-cancelled }
                  - { do: send-again, from: back,           to: sent,      by: seller,                ask: [deliver] }
                  - { do: drop,       from: [placed, back], to: dropped,   by: buyer,                 ask: [give-back-stock] }
                """) with { Listing = ListingRules.None with { Fields = [ListingField.Condition] } },
            Read("""
                kind: held
                version: 1
                stock: counted
                price: each
                needs: [quantity]
                tell: { buyer: [app], seller: [app] }

                moves:
                  - { do: order, from: start,  to: placed, by: buyer,  first: [take-stock] }
                  - { do: drop,  from: placed, to: over,   by: buyer,  ask: [give-back-stock] }
                  - { do: lapse, from: placed, to: over,   after: 1d,  ask: [give-back-stock] }
                  - { do: send,  from: placed, to: over,   by: seller, ask: [sell-stock] }
                """),
        ], new Texts());

    internal ModuleBed Bed { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Bed = await ModuleBed.Start(
        postgres,
        [new CatalogModule(), new TradingModule(), new DeliveryModule(), new ViewsModule(), new Neighbours(Modules.Payments), new Neighbours(Modules.Notices)], kinds: kinds);

    public ValueTask DisposeAsync() => Bed.DisposeAsync();

    internal async Task<Guid> Offer(
        string kind = Parcel, int quantity = 10, object? place = null, string description = "Whistles.", string? condition = null) =>
        (await Bed.Post(
            "/api/listings", "minji", new { kind, title = "Brass kettle", description, price = 3000, quantity, place, condition })).Id;

    internal async Task<Heard> Order(Guid listing, string buyer = "junho", int quantity = 1, string kind = Parcel, long price = 3000, params (string, string)[] headers) =>
        await Bed.Post(
            "/api/trades", buyer,
            kind == Parcel ? new { listing, price, quantity, address = "Gaon 1" } : (object)new { listing, price, quantity }, headers);

    internal Task<Heard> Move(Guid trade, string move, string person) => Bed.Post($"/api/trades/{trade}/{move}", person, new { });

    internal Task<Heard> Trade(Guid trade, string person = "junho") => Bed.Get($"/api/trades/{trade}", person);

    /// <summary>Asks for a trade until it is so.</summary>
    internal Task<Heard> TradeUntil(Guid trade, Func<Heard, bool> isSo) => ModuleBed.Until(() => Trade(trade), isSo);

    /// <summary>Asks for a listing as the views have it until it is so.</summary>
    internal Task<Heard> ListingUntil(Guid listing, Func<Heard, bool> isSo, string? person = null) =>
        ModuleBed.Until(() => Bed.Get($"/api/listings/{listing}", person), isSo);

    /// <summary>What a module has in a table, counted.</summary>
    internal async Task<long> Count(string module, string sql, params object[] values) =>
        await Bed.StorageOf(module)
            .Find(new Sql($"select count(*) from {sql}", values), row => row.GetInt64(0), TestContext.Current.CancellationToken);

    /// <summary>Waits until Trading's copy of a listing is at a revision.</summary>
    internal Task TradingKnows(Guid listing, int revision) =>
        ModuleBed.Until(() => Count(Modules.Trading, "listings where id = $1 and revision >= $2", listing, revision), count => count == 1);

    private static Kind Read(string table) => KindReader.ReadTable(table, "a table of the tests").Value!;
}

/// <summary>What the owner does with pictures.</summary>
internal static class FairPictures
{
    public static async Task<Guid> AddPicture(this Fair fair, Guid listing)
    {
        var added = await fair.Bed.Post($"/api/listings/{listing}/pictures", "minji", TestPictures.Jpeg());
        Assert.Equal(201, added.Status);
        await fair.TradingKnows(listing, added.Body!["listing"]!["revision"]!.GetValue<int>());
        return added.Id;
    }

    /// <returns>The revision of the listing without it.</returns>
    public static async Task<int> RemovePicture(this Fair fair, Guid listing, Guid picture)
    {
        var removed = await fair.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}/pictures/{picture}", "minji");
        Assert.Equal(200, removed.Status);
        return removed.Body!["revision"]!.GetValue<int>();
    }
}
