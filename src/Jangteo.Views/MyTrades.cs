using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Views;

/// <summary>GET /api/my/trades: one's own trades on one screen, those that wait for oneself first, then those that wait for others, then those that are over.</summary>
internal static class MyTrades
{
    /// <summary>Trades that are over are counted so far on each side; more are simply many.</summary>
    private const int MostCounted = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/my/trades", Handle).Occupies(Occupies.PlaceOrWait).WithName("myTrades").WithTags("trades")
            .WithSummary("My trades: as buyer or seller; state is a state's name, or your-move, waiting, done.");

    private static async Task<Ok<TradesPage>> Handle(
        HttpContext http, Shelf shelf, Settings settings, Arrived arrived, [FromKeyedServices(Modules.Views)] Storage storage,
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "as")] string? side, string? state, string? kind, [AsParameters] Paging part, string? after, CancellationToken ct)
    {
        var me = Caller.Required(http).Id;
        var from = part.After<int, Guid>();
        string[] sides = Asked.Choice(side, "as", ("buyer", Party.Buyer), ("seller", Party.Seller)) is { } one ? [Words.Of(one)] : ["buyer", "seller"];
        state = Asked.Text(state, "state", 60);
        kind = Asked.Text(kind, "kind", 60);
        var stale = await arrived.WaitFor(http, after, ct);
        int? standing = state is null ? null : Array.IndexOf(Standings, state) is >= 0 and var index ? index : null;
        var rows = new List<(TradeRow Row, int Standing)>();
        var counts = new int[Standings.Length];
        await storage.Read(
            ct,
            (new Sql(
                $"""
                select {Sqls.TradeColumns}, standing from (
                    {string.Join(" union all ", sides.Select(Open).Concat(sides.Select(side => $"({Done(side)} and ($4::text is null or state = $4) and ($5::int is null or $5 < 2 or id < $6) order by id desc limit $7)")))}) mine
                where ($3::int is null or standing = $3) and ($4::text is null or state = $4) and ($5::int is null or standing > $5 or standing = $5 and id < $6)
                order by standing, id desc limit $7
                """,
                me, kind, Nullable(standing), standing is null ? state : null, Nullable(from?.First),
                from?.Second ?? Guid.Empty, part.Most + 1),
            reader => rows.Add((Sqls.Trade(reader), reader.GetInt32(13)))),
            (new Sql(
                $"""
                select standing, count(*)::int from ({string.Join(" union all ", sides.Select(Open).Concat(sides.Select(side => $"({Done(side)} limit {MostCounted})")))}) mine group by standing
                """,
                me, kind),
            reader => counts[reader.GetInt32(0)] = reader.GetInt32(1)));
        var wording = await Wording.For(
            http, shelf, settings, storage, rows.SelectMany(row => new[] { row.Row.Buyer, row.Row.Seller }), ct);
        var page = part.Of(
            rows, row => TradeListed.Of(row.Row, Standings[row.Standing], me, wording), row => row.Standing, row => row.Row.Id);
        return TypedResults.Ok(new TradesPage(page.Items, page.Next, new StandingCounts(counts[0], counts[1], counts[2]), stale));

        static object? Nullable(int? number) => number;
    }

    /// <summary>One's open trades on one side, of a kind if one is named.</summary>
    private static string Open(string side) =>
        $"select *, case when pending_since is null and awaits = '{side}' then 0 else 1 end as standing from trades where {side} = $1 and not final and state <> '{Kind.Start}' and ($2::text is null or kind = $2)";

    /// <summary>One's trades that are over. They may be very many, so whoever asks says how many of them.</summary>
    private static string Done(string side) =>
        $"select *, 2 as standing from trades where {side} = $1 and final and state <> '{Kind.Start}' and ($2::text is null or kind = $2)";

    /// <summary>How a trade stands for somebody: the same that the list is sorted by.</summary>
    internal static string StandingOf(TradeRow row, Guid me) =>
        row.Final ? "done" : row.PendingSince is null && row.Awaits == (row.Buyer == me ? "buyer" : row.Seller == me ? "seller" : "operator") ? "your-move" : "waiting";

    /// <summary>In the order in which they are listed.</summary>
    internal static readonly string[] Standings = ["your-move", "waiting", "done"];
}

/// <summary>One's trades.</summary>
/// <param name="Counts">How many there are of each standing, on all pages together; of those that are over, 1000 on a side at most.</param>
internal sealed record TradesPage(IReadOnlyList<TradeListed> Items, string? Next, StandingCounts Counts, bool? Stale);

internal sealed record StandingCounts(int YourMove, int Waiting, int Done);

/// <summary>A trade in a list.</summary>
/// <param name="Number">By which people speak of it; see <see cref="OrderNumber"/>.</param>
/// <param name="As">buyer or seller: what the asker is in it.</param>
/// <param name="Standing">your-move, waiting or done.</param>
/// <param name="Waits">What its state waits for, as a sentence.</param>
internal sealed record TradeListed(
    Guid Id, string Number, string Kind, string KindTitle, int Version, string State, string Label, string Waits, string Standing, string As,
    string AsTitle, int Revision, DateTimeOffset Since,
    ListingRef Listing, PersonRef Buyer, PersonRef Seller, int Quantity, int Periods, long Amount, string Currency, AwaitedParty? Awaits, IReadOnlyList<Due> Next, PendingMove? Pending,
    Money Money, string Stock, string StockLabel, string Delivery, string DeliveryLabel)
{
    public static TradeListed Of(TradeRow row, string standing, Guid me, Wording wording)
    {
        var facts = row.Facts;
        var (texts, language) = (wording.Texts, wording.Language);
        var (buyer, seller) = (wording.Person(row.Buyer, facts.BuyerName), wording.Person(row.Seller, facts.SellerName));
        var side = row.Buyer == me ? Party.Buyer : row.Seller == me ? Party.Seller : Party.Operator;
        var values = Texts.Values(
            facts.Title, buyer.Name, seller.Name, facts.Amount, facts.Currency, row.Due, wording.Settings.Zone, language);
        return new TradeListed(
            row.Id, OrderNumber.Of(row.Id, wording.Settings.Zone), row.Kind, texts.Title(row.Kind, language), facts.Version, row.State,
            texts.State(row.Kind, row.State, language),
            Texts.Say(texts.Waits(row.Kind, row.State, side, language), values),
            standing, Words.Of(side), texts.Party(row.Kind, side, language), row.Revision, facts.Since,
            new ListingRef(row.Listing, facts.Title, facts.Price), buyer, seller, facts.Quantity, facts.Periods, facts.Amount,
            facts.Currency,
            row.Awaits is { } awaits ? new AwaitedParty(awaits, Words.Find<Party>(awaits) is { } party ? texts.Party(row.Kind, party, language) : awaits) : null, facts.Next,
            row.PendingSince is { } since ? new PendingMove(facts.Pending ?? "", texts.Move(row.Kind, facts.Pending ?? "", language), since) : null,
            facts.Money, facts.Stock, texts.StockWord(facts.Stock, language), facts.Delivery, texts.DeliveryWord(facts.Delivery, language));
    }
}

internal sealed record AwaitedParty(string Party, string Label);

internal sealed record PendingMove(string Do, string Label, DateTimeOffset Since);
