using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>GET /api/trades/{id}: the trade as it is, to its buyer, its seller and operators; nobody else learns that it exists.</summary>
internal static class ReadTrade
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/trades/{id:guid}", Handle).WithName("readTrade").WithSummary("A trade as it now is, with what the asker may do.").WithTags("trades");

    private static async Task<Ok<TradeView>> Handle(
        Guid id, HttpContext http, [FromKeyedServices(Modules.Trading)] Storage storage, Trades trades, TradeViews views, CancellationToken ct)
    {
        var caller = Caller.Required(http);
        if (await trades.FindWithSubject(storage, id, ct) is not { } found || found.Trade.PartyOf(caller.Id, caller.IsOperator) is not { } party)
        {
            throw new RefusedException(new Refusal(Refusals.NotFound));
        }

        http.Response.Headers.ETag = $"\"{found.Trade.Revision}\"";
        return TypedResults.Ok(views.Of(found.Trade, found.Subject, party, Problems.Language(http)));
    }
}
