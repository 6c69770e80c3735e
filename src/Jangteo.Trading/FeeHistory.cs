using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>
/// GET /api/operator/trading/fees: the fee and what it was before. The setting <c>FeePermille</c> decides it; what is stored is only since
/// when the program has run with each value.
/// </summary>
internal static class FeeHistory
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/trading/fees", List).WithName("readFees").WithTags("operator")
            .WithSummary("The fee now and what it was before, newest first.");

    /// <summary>Records the fee of the settings, if the newest record is of another one.</summary>
    public static Task Store(Storage storage, int permille, CancellationToken ct) => storage.Do(Cause.New(), work =>
    {
        // Processes that start at the same time would all find the value before.
        work.Write("lock table fees in share row exclusive mode");
        work.Write(
            """
            insert into fees (since, permille)
            select $1, $2
            where $2 is distinct from (select permille from fees order by id desc limit 1)
            """,
            work.Now, permille);
        return Task.CompletedTask;
    }, ct);

    private static async Task<Ok<Page<FeeView>>> List(
        HttpContext http, [FromKeyedServices(Modules.Trading)] Storage storage, [AsParameters] Paging part, CancellationToken ct)
    {
        Caller.Operator(http);
        var rows = await storage.Query(
            new Sql(
                "select id, since, permille from fees where $1::bigint is null or id < $1 order by id desc limit $2",
                part.After<long>(), part.Most + 1),
            row => (Id: row.GetInt64(0), Fee: new FeeView(row.GetFieldValue<DateTimeOffset>(1), row.GetInt32(2))), ct);
        return TypedResults.Ok(part.Of(rows, row => row.Fee, row => row.Id));
    }
}

/// <param name="Since">When the program first started with it. It holds until the next one.</param>
/// <param name="Permille">What the market keeps of what a seller is paid, in thousandths. A trade keeps the fee of its beginning.</param>
internal sealed record FeeView(DateTimeOffset Since, int Permille);
