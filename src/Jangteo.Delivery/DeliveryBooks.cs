using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Delivery;

/// <summary>GET /api/operator/delivery/books: what was started was asked for, and what was cancelled is not on its way.</summary>
internal static class DeliveryBooks
{
    private static readonly (string Name, string Offenders)[] Checks =
    [
        (
            "I4 what was started was asked for",
            // The answers are words with blanks between: a whole one is looked for, for 3/deliver stands in 13/deliver too.
            """
            select trade from shipments
            where state in ('under-way', 'arrived') and started_at || '/deliver=delivery-started' <> all(string_to_array(answers, ' '))
            """),
        ("I4 what was cancelled is not under way", "select trade from shipments where state = 'under-way' and started_at <= cancelled_up_to"),
        (
            "I6 arrival is told once",
            "select stream from outbox where type = 'delivery.answered.v1' and message::jsonb -> 'body' ->> 'event' = 'delivered' group by stream, message::jsonb -> 'body' ->> 'revision' having count(*) > 1"),
    ];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/delivery/books", Show).WithName("deliveryBooks").WithSummary("Delivery's invariants, counted now.").WithTags("operator");

    private static async Task<Ok<Books>> Show(HttpContext http, [FromKeyedServices(Modules.Delivery)] Storage storage, CancellationToken ct)
    {
        Caller.Operator(http);
        return TypedResults.Ok(await Books.OfOffenders(storage, "shipments", "deliveries", Checks, ct));
    }
}
