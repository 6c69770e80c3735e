using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>GET /api/operator/catalog/books: I3 (stock is never negative, adds up, and nobody has what another has), and what is not yet at rest.</summary>
internal static class CatalogBooks
{
    private static readonly (string Name, string Offenders)[] Checks =
    [
        ("I3 stock is never negative", "select id from listings where available < 0 or out < 0 or sold < 0 or written_off < 0"),
        ("I3 stock adds up", "select id from listings where first_quantity + corrections - sold - written_off - out <> available"),
        (
            "I3 what is out is what trades have",
            """
            select l.id from listings l
            left join (
                select listing,
                    sum(quantity) filter (where has = 'taken') as out, sum(quantity) filter (where has = 'sold') as sold, sum(quantity) filter (where has = 'written-off') as written_off
                from allocations group by listing) a on a.listing = l.id
            where l.out <> coalesce(a.out, 0) or l.sold <> coalesce(a.sold, 0) or l.written_off <> coalesce(a.written_off, 0)
            """),
        ("I3 nobody has what another has", "select a.listing from allocations a join listings l on l.id = a.listing where l.single and a.has <> 'nothing' group by a.listing having count(*) > 1"),
        ("I7 no open registration", "select listing from registrations where settled_at is null"),
    ];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/catalog/books", Show).WithName("catalogBooks").WithSummary("Catalog's invariants, counted now.").WithTags("operator");

    private static async Task<Ok<Books>> Show(HttpContext http, [FromKeyedServices(Modules.Catalog)] Storage storage, CancellationToken ct)
    {
        Caller.Operator(http);
        return TypedResults.Ok(await Books.OfOffenders(storage, "listings", "listings", Checks, ct));
    }
}
