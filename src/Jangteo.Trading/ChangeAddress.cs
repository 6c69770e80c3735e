using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>
/// PUT /api/trades/{id}/address: the buyer changes where it is delivered to, until something is sent. The trade is locked, and a delivery
/// is asked for in the commit of a move, so the address that a shipment gets is the last one that was acknowledged before it.
/// </summary>
internal sealed class ChangeAddress(
    [FromKeyedServices(Modules.Trading)] Commands commands, Trades trades, TradeViews views, BusinessClock clock, TimeProvider machine)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut(
            "/api/trades/{id:guid}/address",
            (Guid id, NewAddress body, HttpContext http, ChangeAddress use, CancellationToken ct) => use.Handle(id, body, http, ct))
            .WithName("changeAddress").WithSummary("The buyer changes the delivery address, until something is sent.").WithTags("trades")
            .Produces<TradeView>();

    private async Task<Answer> Handle(Guid id, NewAddress body, HttpContext http, CancellationToken ct)
    {
        using var span = Spans.Of(id, "change the address of a trade", correlation: Commands.CauseOf(http).Correlation);
        return await commands.Run(http, body, async (work, caller, _) =>
        {
            var locked = await trades.Lock(work, id, ct);
            var party = Trades.RequireParty(locked?.Trade, caller);
            var language = Problems.Language(http);
            if (body.Address == locked.Trade.Address && party == Party.Buyer)
            {
                // It goes there already.
                return new Decided.Now(Answer.Ok(views.Of(locked.Trade, locked.Subject!, party, language)));
            }

            var act = new Act(Words.Of(party), caller.Id, clock.Now, machine.GetUtcNow(), work.Cause.Correlation, Language: language);
            switch (Deciding.Readdress(locked.Kind, locked.Trade, party, body.Address, act))
            {
                case Decision.Happens happens:
                    trades.Store(work, locked.Kind, happens);
                    return new Decided.Now(Answer.Ok(views.Of(happens.Trade, locked.Subject!, party, language)));
                case Decision.No no:
                    throw new RefusedException(no.Refusal);
                default:
                    throw new RefusedException(new Refusal(Refusals.InProgress, RetryAfter: TimeSpan.FromSeconds(1)));
            }
        }, ct);
    }
}

internal sealed record NewAddress(string Address);
