using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Delivery;

/// <summary>GET /api/deliveries: one's own, as seller and as buyer, newest first.</summary>
internal static class ListDeliveries
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/deliveries", Handle).WithName("listDeliveries").WithTags("deliveries").WithSummary("My deliveries: as buyer or seller; state is under-way, arrived or cancelled.");

    private static async Task<Ok<Page<DeliveryView>>> Handle(
        HttpContext http, [FromKeyedServices(Modules.Delivery)] Storage storage,
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "as")] string? side, string? state, [AsParameters] Paging part, CancellationToken ct)
    {
        var me = Caller.Required(http).Id;
        string[] sides = Asked.Choice(side, "as", ("buyer", Party.Buyer), ("seller", Party.Seller)) is { } mine ? [Words.Of(mine)] : ["seller", "buyer"];
        var wanted = Asked.Choice(state, "state", [.. Shipments.Words.Where(pair => pair.Is != Whereabouts.None).Select(pair => (pair.Word, pair.Is))]);
        // A page of each side by its own index, for nobody knows on which side the newest are.
        var rows = await storage.Query(
            new Sql(
                $"""
                select * from ({string.Join(" union all ", sides.Select(Mine))}) as mine order by number desc limit $4
                """,
                me, part.After<long>(), wanted is { } one ? Shipments.Word(one) : null, part.Most + 1),
            DeliveryRow.Read, ct);
        return TypedResults.Ok(part.Of(rows, row => row.ViewFor(me), row => row.Number));
    }

    private static string Mine(string side) =>
        $"({DeliveryRow.Select} where {side} = $1 and ($2::bigint is null or number < $2) and state <> 'none' and ($3::text is null or state = $3) order by number desc limit $4)";
}
