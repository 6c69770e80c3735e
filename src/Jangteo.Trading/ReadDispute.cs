using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jangteo.Trading;

/// <summary>
/// GET /api/trades/{id}/dispute: whether the trade is in dispute, who opened the dispute and why, and the pictures that its parties have
/// added. A dispute is open while the trade is in a state of its table that waits for an operator.
/// </summary>
internal static class ReadDispute
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/trades/{id:guid}/dispute", Handle).WithName("readDispute").WithTags("trades")
            .WithSummary("The latest dispute about a trade, with the pictures that its parties added to disputes.");

    private static async Task<Ok<DisputeView>> Handle(
        Guid id, HttpContext http, [FromKeyedServices(Modules.Trading)] Storage storage, Trades trades, KindVersions kinds,
        CancellationToken ct)
    {
        var caller = Caller.Required(http);
        var trade = await trades.Find(storage, id, ct);
        var party = Trades.RequireParty(trade, caller);
        var kind = kinds.Of(trade);
        DisputeOpened? opened = null;
        var pictures = new List<DisputePicture>();
        await storage.Read(
            ct,
            (new Sql(
                """
                select at, actor, person, reason
                from history
                where trade = $1 and what = 'moved' and state = any($2)
                order by revision desc
                limit 1
                """,
                id, kind.States.Where(kind.IsDispute).ToArray()),
            row => opened = Opened(row, trade)),
            (DisputePicture.SelectOf(id), row => pictures.Add(DisputePicture.Read(row))));
        var own = pictures.Count(picture => picture.Person == caller.Id);
        return TypedResults.Ok(
            new DisputeView(
                kind.IsDispute(trade.State), opened, [.. pictures.Select(picture => DisputePictureView.Of(picture, trade))],
                Deciding.RoomForPictures(kind, trade, party, own)));
    }

    private static DisputeOpened Opened(NpgsqlDataReader row, Trade trade)
    {
        var person = row.IsDBNull(2) ? Guid.Empty : row.GetGuid(2);
        return new DisputeOpened(
            row.GetFieldValue<DateTimeOffset>(0), row.GetString(1),
            person == trade.Buyer.Id ? trade.Buyer : person == trade.Seller.Id ? trade.Seller : null,
            row.IsDBNull(3) ? null : row.GetString(3));
    }
}

/// <param name="Opened">Of the latest dispute; null when there was none.</param>
/// <param name="Pictures">Oldest first. Each is shown by <c>GET /api/trades/{id}/dispute/pictures/{picture}</c>.</param>
/// <param name="Room">How many more pictures the reader may add now.</param>
internal sealed record DisputeView(bool IsOpen, DisputeOpened? Opened, IReadOnlyList<DisputePictureView> Pictures, int Room);

/// <param name="At">Business time.</param>
/// <param name="Actor">buyer, seller, operator, time, or the module whose answer was heard.</param>
/// <param name="Person">The party that opened it, if a party did.</param>
internal sealed record DisputeOpened(DateTimeOffset At, string Actor, PersonRef? Person, string? Reason);
