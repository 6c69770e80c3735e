using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Trading;

/// <summary>Where trades are kept: read under lock, and stored with all that a decision says in one commit.</summary>
internal sealed class Trades(KindVersions kinds, Func<Intentions> intentions)
{
    /// <summary>A trade, and its buyer's and seller's names as they are now.</summary>
    private const string TradeColumns =
        "t.body, (select name from people where id = t.buyer), (select name from people where id = t.seller)";

    private const string SelectTrades = $"select {TradeColumns} from trades t";

    private const string SelectTrade = $"{SelectTrades} where t.id = $1";

    private const string SelectTradeWithAgreed =
        $"""
        select {TradeColumns}, {AgreedListing.Columns}
        from trades t left join agreed_listings a on a.listing = t.listing and a.digest = t.agreed
        where t.id = $1
        """;

    private const string SelectListingOfTrade =
        $"select {Listing.Columns} from listings where id = (select listing from trades where id = $1)";

    /// <summary>A trade with its table, locked until the commit, with its listing as Trading knows it. Null when there is none.</summary>
    /// <remarks>The listing's copy is locked first wherever sold-out counts, as its changes lock it too: neither can miss the other.</remarks>
    public async Task<Locked?> Lock(Work work, Guid id, CancellationToken ct)
    {
        Trade? trade = null;
        Listing? listing = null;
        var agreed = AgreedListing.Unknown;
        await work.Read(
            ct,
            (new Sql($"{SelectListingOfTrade} for share", id), reader => listing = Listing.Read(reader)),
            (new Sql($"{SelectTradeWithAgreed} for update of t", id), reader => (trade, agreed) = (Read(reader), AgreedListing.Read(reader, 3))));
        if (trade is null)
        {
            return null;
        }

        await KnowVersions(work, [trade], ct);
        return new Locked(trade, kinds.Of(trade), listing?.IsSoldOut ?? false, new Subject(agreed, listing));
    }

    /// <summary>What the caller is in a trade: its buyer, its seller, or an operator.</summary>
    /// <exception cref="RefusedException"><c>not-found</c>: other people do not learn that the trade exists.</exception>
    public static Party RequireParty([NotNull] Trade? trade, Caller caller) =>
        trade is not null && trade.PartyOf(caller.Id, caller.IsOperator) is { } party ? party
        : throw new RefusedException(new Refusal(Refusals.NotFound));

    /// <summary>The same as <see cref="Lock"/> for an act of an operator, who must not be a party of the trade.</summary>
    /// <exception cref="RefusedException">
    /// <c>not-found</c>, or <c>not-yours</c>: an operator who trades is a party like any other.
    /// </exception>
    public async Task<Locked> LockForOperator(Work work, Guid id, Caller caller, CancellationToken ct)
    {
        var locked = await Lock(work, id, ct);
        return RequireParty(locked?.Trade, caller) == Party.Operator ? locked! : throw new RefusedException(new Refusal(Refusals.NotYours));
    }

    /// <summary>The trades of a batch, locked in the order of their ids after the copies of their listings.</summary>
    public async Task<Dictionary<Guid, Locked>> LockAll(Work work, Guid[] ids, Guid[] listings, CancellationToken ct)
    {
        var trades = new List<Trade>(ids.Length);
        var copies = new List<Listing>(listings.Length);
        await work.Read(
            ct,
            (new Sql($"select {Listing.Columns} from listings where id = any($1) order by id for share", listings), reader => copies.Add(Listing.Read(reader))),
            (new Sql($"{SelectTrades} where t.id = any($1) order by t.id for update", ids), reader => trades.Add(Read(reader))));
        await KnowVersions(work, trades, ct);
        var soldOut = copies.Where(listing => listing.IsSoldOut).Select(listing => listing.Id).ToHashSet();
        return trades.ToDictionary(trade => trade.Id, trade => new Locked(trade, kinds.Of(trade), soldOut.Contains(trade.Listing.Id)));
    }

    /// <summary>
    /// The open trades whose state hears that nothing is left, of those listings of which nothing is left by the copy, locked in the order of their ids.
    /// The copy is asked and not the message: it may be ahead, for a listing that was asked for directly.
    /// </summary>
    public async Task<List<Locked>> LockHearingSoldOut(Work work, Guid[] listings, CancellationToken ct)
    {
        var trades = await work.Query(
            new Sql(
                $"""
                {SelectTrades} join listings l on l.id = t.listing
                where t.listing = any($1) and t.hears_sold_out and (l.withdrawn or l.available <= 0) order by t.id for update of t
                """,
                listings),
            Read, ct);
        await KnowVersions(work, trades, ct);
        return [.. trades.Select(trade => new Locked(trade, kinds.Of(trade), true))];
    }

    public async Task<Trade?> Find(Storage storage, Guid id, CancellationToken ct)
    {
        var trade = await storage.Find(new Sql(SelectTrade, id), Read, ct);
        if (trade is not null)
        {
            await KnowVersion(storage, trade, ct);
        }

        return trade;
    }

    private Task KnowVersion(Storage storage, Trade trade, CancellationToken ct) =>
        kinds.Knows(trade) ? Task.CompletedTask : storage.Read(ct, (KindVersions.Select([trade]), kinds.Take));

    /// <summary>Reads the tables that this process does not have, as during a rolling upgrade.</summary>
    private async Task KnowVersions(Work work, IReadOnlyList<Trade> trades, CancellationToken ct)
    {
        var unknown = trades.Where(trade => !kinds.Knows(trade)).DistinctBy(trade => (trade.Kind, trade.Version)).ToList();
        if (unknown.Count > 0)
        {
            await work.Read(ct, (KindVersions.Select(unknown), kinds.Take));
        }
    }

    /// <summary>A trade with what its answer says of its listing. Null when there is none.</summary>
    public async Task<(Trade Trade, Subject Subject)?> FindWithSubject(Storage storage, Guid id, CancellationToken ct)
    {
        Trade? trade = null;
        Listing? listing = null;
        var agreed = AgreedListing.Unknown;
        await storage.Read(
            ct,
            (new Sql(SelectListingOfTrade, id), reader => listing = Listing.Read(reader)),
            (new Sql(SelectTradeWithAgreed, id), reader => (trade, agreed) = (Read(reader), AgreedListing.Read(reader, 3))));
        if (trade is not null)
        {
            await KnowVersion(storage, trade, ct);
        }

        return trade is null ? null : (trade, new Subject(agreed, listing));
    }

    /// <summary>Stores a trade that begins, and keeps its listing as it now is.</summary>
    public void StoreNew(Work work, Kind kind, Decision.Happens happens, Listing listing)
    {
        var digest = AgreedListing.DigestOf(listing);
        AgreedListing.Write(work, listing, digest);
        Store(work, kind, happens, agreed: digest);
    }

    /// <summary>Stores and sends all that a decision says.</summary>
    /// <param name="waited">Who was answered 202 and is to be told of the end.</param>
    /// <param name="agreed">Of a trade that begins: where its listing is kept as it now is.</param>
    public void Store(Work work, Kind kind, Decision.Happens happens, Guid? waited = null, string? agreed = null)
    {
        var trade = happens.Trade;
        var isNew = happens.History[0].Revision == 1;
        var isOpen = trade.IsOpen(kind);
        var hearsSoldOut = isOpen && (trade.State == Kind.Start ? kind.StartMove.To : trade.State) is var state && kind.Leaving(state).Any(row => row.Hears == Verb.SoldOut);
        var body = JsonSerializer.Serialize(trade, Wire.Json);
        if (isNew)
        {
            work.Write(
                """
                insert into trades (id, kind, version, listing, buyer, seller, state, revision, is_open, is_single, hears_sold_out, body, agreed)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                """,
                trade.Id, trade.Kind, trade.Version, trade.Listing.Id, trade.Buyer.Id, trade.Seller.Id, trade.State, trade.Revision, isOpen,
                kind.Stock == Stock.One, hearsSoldOut, body, agreed);
        }
        else
        {
            work.Write(
                "update trades set state = $2, revision = $3, is_open = $4, hears_sold_out = $5, body = $6 where id = $1",
                trade.Id, trade.State, trade.Revision, isOpen, hearsSoldOut, body);
        }

        foreach (var line in happens.History)
        {
            work.Write(
                "insert into history (trade, revision, at, what, move, state, actor, person, code, heard, reason) values ($1, $2, $3, $4, $5, $6, $7, $8::uuid, $9, $10, $11)",
                trade.Id, line.Revision, line.At, line.What, line.Do, line.State, line.Actor, line.Person, line.Code, line.Heard, line.Reason);
        }

        if (happens.Enters)
        {
            WriteDeadlines(work, kind, trade, isNew);
        }

        if (trade.Intention is not null)
        {
            intentions().WriteLease(work, trade.Id);
        }

        foreach (var said in happens.Said)
        {
            if (said is TradeMoved moved)
            {
                work.Send(TradingMessages.Moved, trade.Id, moved with { Waited = waited }, trade.Context);
            }
            else
            {
                work.Send(
                    TradingMessages.Noted, trade.Id, (TradeNoted)said with { Waited = waited }, trade.Context,
                    receiver: waited is null && ((TradeNoted)said).Transfer is null ? null : Modules.Notices);
            }
        }

        foreach (var request in happens.Requests)
        {
            work.Send(TradingMessages.Requests, trade.Id, request, trade.Context, receiver: Verb.Find(request.Verb)!.Module);
        }
    }

    /// <summary>Trading's copy of a listing, locked against changes of it while a trade starts; and the open trade that the buyer has on it already, of a single thing.</summary>
    /// <param name="now">Machine time.</param>
    public static async Task<(Listing? Listing, Guid? Asked, bool IsSellerSuspended, StartsInVain InVain)> LockListing(
        Work work, Guid id, Guid buyer, DateTimeOffset now, CancellationToken ct)
    {
        Listing? listing = null;
        Guid? asked = null;
        string? seller = null;
        var isSellerSuspended = false;
        var begun = new List<DateTimeOffset>();
        await work.Read(
            ct,
            (new Sql("select p.name from listings l join people p on p.id = l.owner where l.id = $1", id), reader => seller = reader.GetString(0)),
            (new Sql($"select {Listing.ColumnsToBeginWith} from listings where id = $1 for share", id), reader => listing = Listing.Read(reader)),
            (new Sql("select id from trades where listing = $1 and buyer = $2 and is_open and is_single", id, buyer), reader => asked = reader.GetGuid(0)),
            (new Sql("select true from suspended_people join listings on listings.owner = suspended_people.person where listings.id = $1", id),
                reader => isSellerSuspended = reader.GetBoolean(0)),
            (StartsInVain.Select(buyer, id, now), reader => begun.Add(StartsInVain.Read(reader))));
        var named = seller is null || listing is null ? listing : listing with { Owner = listing.Owner with { Name = seller } };
        return (named, asked, isSellerSuspended, new StartsInVain([.. begun]));
    }

    /// <summary>Keeps the names that people have now.</summary>
    public static void WriteNames(Work work, IReadOnlyCollection<PersonChanged> people) =>
        work.Write(
            "insert into people (id, name) select * from unnest($1::uuid[], $2::text[]) on conflict (id) do update set name = excluded.name",
            people.Select(person => person.Person).ToArray(), people.Select(person => person.Name).ToArray());

    private static Trade Read(NpgsqlDataReader reader)
    {
        var trade = Read(reader.GetString(0));
        return trade with
        {
            Buyer = reader.IsDBNull(1) ? trade.Buyer : trade.Buyer with { Name = reader.GetString(1) },
            Seller = reader.IsDBNull(2) ? trade.Seller : trade.Seller with { Name = reader.GetString(2) },
        };
    }

    public static Trade Read(string body) => JsonSerializer.Deserialize<Trade>(body, Wire.Json)!;

    private static void WriteDeadlines(Work work, Kind kind, Trade trade, bool isNew)
    {
        if (!isNew)
        {
            work.Write("delete from deadlines where trade = $1", trade.Id);
        }

        foreach (var due in Deed.Deadlines(kind, trade))
        {
            work.Write("insert into deadlines (trade, move, due_at) values ($1, $2, $3)", trade.Id, due.Do, due.At);
        }
    }
}

/// <summary>A trade that is locked until the commit, with its table.</summary>
/// <param name="SoldOut">Nothing is left of its listing, as Trading's copy knows it.</param>
/// <param name="Subject">What an answer says of its listing; null where nothing is answered.</param>
internal sealed record Locked(Trade Trade, Kind Kind, bool SoldOut, Subject? Subject = null);
