using System.Globalization;
using Jangteo.Contracts;
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
    private const int Usual = 20;
    private const int Most = 100;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/deliveries", Handle).WithName("listDeliveries").WithTags("deliveries").WithSummary("My deliveries; state is under-way, arrived or cancelled.");

    private static async Task<Ok<DeliveryPage>> Handle(
        HttpContext http, [FromKeyedServices(Modules.Delivery)] Storage storage, string? state, string? cursor, string? limit, CancellationToken ct)
    {
        var me = Caller.Required(http).Id;
        if (state is not null && (state == Shipments.Word(Whereabouts.None) || Shipments.Words.All(pair => pair.Word != state)))
        {
            throw new RefusedException(Refusal.Invalid("state", "under-way, arrived or cancelled"));
        }

        var most = Number(limit, "limit", Usual, Most);
        var before = Number(cursor, "cursor", long.MaxValue, long.MaxValue);
        // A page of each side by its own index, for nobody knows on which side the newest are.
        var rows = await storage.Query(
            new Sql(
                $"""
                select * from (({Mine("seller")}) union all ({Mine("buyer")})) as mine order by number desc limit $4
                """,
                me, before, state, most + 1),
            DeliveryRow.Read, ct);
        return TypedResults.Ok(new DeliveryPage(
            [.. rows.Take((int)most).Select(row => row.ViewFor(me))], rows.Count > most ? rows[(int)most - 1].Number.ToString(CultureInfo.InvariantCulture) : null));
    }

    private static string Mine(string side) =>
        $"{DeliveryRow.Select} where {side} = $1 and number < $2 and state <> 'none' and ($3::text is null or state = $3) order by number desc limit $4";

    private static long Number(string? given, string name, long usual, long most) =>
        given is null ? usual
        : long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : throw new RefusedException(Refusal.Invalid(name, name == "limit" ? $"a whole number from 1 to {most}" : "the next of an earlier part of this list"));
}

/// <param name="Next">The cursor of the part after it; null at the end.</param>
internal sealed record DeliveryPage(IReadOnlyList<DeliveryView> Items, string? Next);
