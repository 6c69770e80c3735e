using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments;

/// <summary>GET /api/my/statement: what one has paid, got back and been paid, over all trades, newest first.</summary>
internal static class ReadStatement
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/my/statement", Handle).WithName("readStatement").WithTags("payments").WithSummary("My money: every ledger line of mine, newest first.");

    private static async Task<Ok<Statement>> Handle(
        HttpContext http, [FromKeyedServices(Modules.Payments)] Storage storage, Settings settings, [AsParameters] Paging part, CancellationToken ct)
    {
        var me = Caller.Required(http).Id;
        var rows = await storage.Query(
            new Sql(
                """
                select j.id, j.trade, j.event, split_part(e.account, ':', 1), e.amount, j.at
                from payments p join journals j on j.trade = p.trade cross join lateral unnest(j.accounts, j.amounts) as e (account, amount)
                where (p.buyer = $1 or p.seller = $1) and e.account in ('buyer-outside:' || $1, 'seller-payable:' || $1, 'seller-outside:' || $1)
                    and ($2::uuid is null or j.id < $2)
                order by j.id desc limit $3
                """,
                me, part.After<Guid>(), part.Most + 1),
            reader => new StatementLine(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetInt64(4), reader.GetFieldValue<DateTimeOffset>(5)), ct);
        var page = part.Of(rows, line => line, line => line.Journal);
        return TypedResults.Ok(new Statement(settings.Currency, page.Items, page.Next));
    }
}

internal sealed record Statement(string Currency, IReadOnlyList<StatementLine> Items, string? Next);

/// <param name="Event">The ledger's event, such as <c>card-hold</c>.</param>
/// <param name="Account">buyer-outside or seller-outside: what left me (negative) or reached me (positive); seller-payable: what is owed to me.</param>
/// <param name="Amount">In minor units.</param>
internal sealed record StatementLine(Guid Journal, Guid Trade, string Event, string Account, long Amount, DateTimeOffset At);
