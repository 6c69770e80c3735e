using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Delivery;

/// <summary>POST /api/deliveries/{trade}/arrived: the seller's side says that it is there, and the trade hears <c>delivered</c>.</summary>
internal sealed class MarkArrived([FromKeyedServices(Modules.Delivery)] Storage storage, [FromKeyedServices(Modules.Delivery)] Commands commands)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/deliveries/{trade:guid}/arrived", Handle).WithName("markArrived").WithSummary("The seller's side says that it has arrived.").WithTags("deliveries").Produces<DeliveryView>();

    private Task<Answer> Handle(Guid trade, HttpContext http, CancellationToken ct) =>
        commands.Run(http, null, async (work, caller, _) =>
        {
            DeliveryRow? row = null;
            await work.Read(ct, (StreamLocks.Take(Modules.Delivery, [trade]), _ => { }), (new Sql($"{DeliveryRow.Select} where trade = $1", trade), found => row = DeliveryRow.Read(found)));
            if (row is null || (caller.Id != row.Seller && caller.Id != row.Buyer) || row.Shipment.Is == Whereabouts.None)
            {
                throw new RefusedException(new Refusal(Refusals.NotFound));
            }

            if (caller.Id != row.Seller)
            {
                throw new RefusedException(new Refusal(Refusals.NotYours));
            }

            var arrived = DeliveryRules.Arrive(row.Shipment, trade)
                ?? throw new RefusedException(new Refusal(Refusals.NotNow, Detail.NotUnderWay));
            var now = storage.Clock.Now;
            work.Write("update shipments set state = $2, since = $3 where trade = $1", trade, Shipments.Word(arrived.Shipment.Is), now);
            // The trade's own correlation, for what follows is a part of its story.
            work.Cause = work.Cause with { Correlation = row.Correlation };
            work.Send(
                DeliveryMessages.Answered, trade, arrived.Told, new MessageContext(trade, row.Kind, row.Buyer, row.Seller, row.Listing), receiver: Modules.Trading);
            return new Decided.Now(Answer.Ok((row with { Shipment = arrived.Shipment, Since = now }).ViewFor(caller.Id)));
        }, ct);
}
