using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Tests.Views;

/// <summary>A listing and one trade of it, told by the modules as they would tell it.</summary>
internal sealed class Tale
{
    private readonly Town town;
    private readonly Kind kind;
    private TradeMoved? last;
    private int listingRevision;
    private int tradeRevision;

    private Tale(Town town, string kind, string title)
    {
        this.town = town;
        this.kind = town.Shelf.Find(kind)!;
        Title = title;
    }

    public PersonRef Buyer { get; init; } = new(Ids.New(), "Minji");
    public PersonRef Seller { get; init; } = new(Ids.New(), "Junho");
    public PersonRef Operator { get; } = new(Ids.New(), "Sora");
    public Guid Listing { get; private init; } = Ids.New();
    public Guid Trade { get; } = Ids.New();
    public string Title { get; }
    public long Price { get; init; } = 3000;
    public int Revision => tradeRevision;
    public int ListingRevision => listingRevision;
    public MessageContext Context => new(Trade, kind.Name, Buyer.Id, Seller.Id, Listing);

    public static Tale Of(Town town, string kind = "second-hand", string title = "Wool coat", long price = 3000, PersonRef? buyer = null, PersonRef? seller = null, Tale? sameListing = null) =>
        new(town, kind, sameListing?.Title ?? title)
        {
            Price = price,
            Buyer = buyer ?? new PersonRef(Ids.New(), "Minji"),
            Seller = sameListing?.Seller ?? seller ?? new PersonRef(Ids.New(), "Junho"),
            Listing = sameListing?.Listing ?? Ids.New(),
        };

    /// <summary>The listing as it now is.</summary>
    public async Task<Tale> Offers(
        string status = "registered", int available = 1, int lent = 0, int sold = 0, Place? place = null, string description = "As good as new.",
        string? what = null, string? title = null, string? condition = null)
    {
        await town.Say(
            Modules.Catalog, CatalogMessages.ListingChanged, Listing,
            Changed(status, available, lent, sold, place, description, what, title) with { Condition = condition },
            new MessageContext(null, kind.Name, null, Seller.Id, Listing));
        return this;
    }

    public ListingChanged Changed(string status = "registered", int available = 1, int lent = 0, int sold = 0, Place? place = null, string description = "As good as new.", string? what = null, string? title = null) =>
        new(Listing, ++listingRevision, what ?? status, null, kind.Name, Seller, title ?? Title, description, Price, "KRW", status, available + lent + sold, available, lent, sold, 0, place, [], DateTimeOffset.UtcNow, DateTimeOffset.UtcNow) { PublicPlace = place };

    /// <summary>A row of the table is taken.</summary>
    public async Task<Tale> Moves(string @do, Guid? correlation = null)
    {
        await town.Say(Modules.Trading, TradingMessages.Moved, Trade, Moved(@do), Context, correlation: correlation);
        return this;
    }

    public async Task<Tale> MovesAll(params string[] moves)
    {
        foreach (var move in moves)
        {
            await Moves(move);
        }

        return this;
    }

    public TradeMoved Moved(string @do)
    {
        var from = last?.To ?? Kind.Start;
        var row = kind.Leaving(from).First(move => move.Do == @do);
        var party = row.By is { } by ? Words.Of(by) : null;
        var now = DateTimeOffset.UtcNow;
        last = new TradeMoved(
            Trade, kind.Name, kind.Version, ++tradeRevision, row.Do, from, row.To, kind.IsFinal(row.To), party ?? (row.After is null ? Modules.Payments : "time"),
            row.By switch { Party.Buyer => Buyer.Id, Party.Seller => Seller.Id, Party.Operator => Operator.Id, _ => null }, row.Hears, [.. row.Says], [.. row.First.Select(verb => verb.Name)], [.. row.Ask.Select(verb => verb.Name)],
            Buyer, Seller, new ListingRef(Listing, Title, Price), 1, 1, Price, Price * 3 / 100, "KRW",
            kind.Leaving(row.To).FirstOrDefault()?.By is { } awaited ? Words.Of(awaited) : null, [.. kind.Leaving(row.To).Select(next => next.By).OfType<Party>().Distinct().Select(Words.Of)],
            [.. kind.Leaving(row.To).Where(next => next.After is not null).Select(next => new Due(next.Do, now + next.After!.Value))],
            new Money(0, 0, 0, 0, 0, 0, 90, 0, 0, 0), "none", "none", null, now);
        return last;
    }

    public async Task<Tale> Notes(string what, string? @do = null, string? code = null, string? heard = null, Money? money = null, string delivery = "none", Guid? waited = null)
    {
        var noted = new TradeNoted(
            Trade, kind.Name, kind.Version, ++tradeRevision, last?.To ?? Kind.Start, what, @do, "buyer", Buyer.Id, code, heard, [],
            Buyer.Id, Seller.Id, Listing, money ?? new Money(0, 0, 0, 0, 0, 0, 90, 0, 0, 0), "none", delivery, DateTimeOffset.UtcNow,
            waited);
        await town.Say(Modules.Trading, TradingMessages.Noted, Trade, noted, Context, to: waited is null ? null : Modules.Notices);
        return this;
    }
}
