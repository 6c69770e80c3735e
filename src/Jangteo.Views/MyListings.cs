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

/// <summary>GET /api/my/listings: how it stands with each thing that I offer: the thing itself, its open trades, and the alarms about it. Deleted ones too.</summary>
internal static class MyListings
{
    private const int MostTradesOfOne = 20;
    private const int MostAlarmsOfOne = 10;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/my/listings", Handle).Occupies(Occupies.PlaceOrWait).WithName("myListings").WithTags("listings")
            .WithSummary("The combined status of what I offer: the thing, its open trades, its alarms.");

    private static async Task<Ok<ViewPage<MyListing>>> Handle(
        HttpContext http, Shelf shelf, Settings settings, Arrived arrived, [FromKeyedServices(Modules.Views)] Storage storage,
        [AsParameters] Paging part, string? after, CancellationToken ct)
    {
        var me = Caller.Required(http).Id;
        var from = part.After<Guid>();
        var stale = await arrived.WaitFor(http, after, ct);
        var rows = await storage.Query(
            new Sql(
                $"select {Sqls.ListingColumns} from listings l where l.owner = $1 and ($2::uuid is null or l.id < $2) order by l.id desc limit $3", me, from, part.Most + 1),
            Sqls.Listing, ct);
        var ids = rows.Take(part.Most).Select(row => row.Id).ToArray();
        var trades = new List<TradeRow>();
        var alarms = new List<AlarmRow>();
        await storage.Read(
            ct,
            (new Sql(
                $"""
                select {Sqls.TradeColumns} from (
                    select *, row_number() over (partition by listing order by id desc) as place from trades where listing = any($1) and not final and state <> '{Kind.Start}') open
                where place <= $2 order by id desc
                """,
                ids, MostTradesOfOne), reader => trades.Add(Sqls.Trade(reader))),
            (new Sql(
                $"""
                select {Sqls.AlarmColumns} from (select *, row_number() over (partition by listing order by at desc, notice desc) as place from alarms where listing = any($1) and trade is null) told
                where place <= $2 order by at desc, notice desc
                """,
                ids, MostAlarmsOfOne), reader => alarms.Add(Sqls.Alarm(reader))));
        var wording = await Wording.For(
            http, shelf, settings, storage, trades.SelectMany(trade => new[] { trade.Buyer, trade.Seller }).Append(me), ct);
        return TypedResults.Ok(ViewPage<MyListing>.Of(
            part.Of(
                rows, row => MyListing.Of(row, [.. trades.Where(trade => trade.Listing == row.Id)], [.. alarms.Where(alarm => alarm.Listing == row.Id)], me, wording), row => row.Id),
            stale));
    }
}

/// <summary>One thing that I offer, as a whole.</summary>
/// <param name="Status">How it stands with it, in one word: draft, registering, registered, taken, gone, withdrawn; or the state of the trade that has it.</param>
/// <param name="Trades">Its open trades, newest first.</param>
internal sealed record MyListing(ListingView Listing, string Status, string Label, IReadOnlyList<TradeListed> Trades, IReadOnlyList<AlarmView> Alarms)
{
    public static MyListing Of(ListingRow row, IReadOnlyList<TradeRow> trades, IReadOnlyList<AlarmRow> alarms, Guid me, Wording wording)
    {
        var (shelf, language) = (wording.Shelf, wording.Language);
        var (status, trade) = StatusOf(row, trades, shelf.Find(row.Kind)?.Stock == Stock.One);
        return new MyListing(
            ListingView.Of(row, null, wording, me), status,
            trade is null ? shelf.Texts.ListingWord(status, language) : shelf.Texts.State(row.Kind, status, language),
            [.. trades.Select(trade => TradeListed.Of(trade, MyTrades.StandingOf(trade, me), me, wording))],
            [.. alarms.Select(alarm => new AlarmView(alarm.Notice, alarm.What, Texts.Say(shelf.Texts.Alarm(alarm.What, language), new Dictionary<string, string> { ["listing"] = row.Title }), alarm.Channel, alarm.Status, alarm.At))]);
    }

    /// <summary>Of a single thing the trade that has it says how it stands; of many, the thing itself does.</summary>
    internal static (string Status, TradeRow? Trade) StatusOf(ListingRow row, IReadOnlyList<TradeRow> open, bool isSingle)
    {
        if (row.Status != "registered")
        {
            return (row.Status, null);
        }

        var having = isSingle ? open.FirstOrDefault(trade => trade.Facts.Stock == "taken") ?? (open.Count > 0 ? open[0] : null) : null;
        return having is not null ? (having.State, having) : (row.IsGone ? "gone" : row.Available == 0 ? "taken" : "registered", null);
    }
}

/// <param name="What">What the alarm was about, such as <c>listing-registered</c>.</param>
/// <param name="Status">told, waiting, sent or undeliverable.</param>
internal sealed record AlarmView(Guid Id, string What, string Text, string Channel, string Status, DateTimeOffset At);
