using System.Globalization;
using Jangteo.Contracts;
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

/// <summary>GET /api/my/statement: what one has paid, got back and been paid, over all trades or in a month, newest first.</summary>
internal static class ReadStatement
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/my/statement", Handle).WithName("readStatement").WithTags("payments").WithSummary("My money: every ledger line of mine, newest first.");

    private static async Task<Ok<Statement>> Handle(
        HttpContext http, [FromKeyedServices(Modules.Payments)] Storage storage, Settings settings, string? month, [AsParameters] Paging part,
        CancellationToken ct)
    {
        var me = Caller.Required(http).Id;
        var (from, to) = Month(month, settings.Zone);
        var rows = new List<StatementLine>();
        var totals = new StatementTotals(0, 0, 0, 0);
        await storage.Read(
            ct,
            (new Sql(
                $"""
                select j.id, j.trade, p.kind, j.event, split_part(e.account, ':', 1), e.amount, j.at {Mine}
                    and ($2::uuid is null or j.id < $2) and {InMonthOf(3)}
                order by j.id desc limit $5
                """,
                me, part.After<Guid>(), from, to, part.Most + 1),
            reader => rows.Add(
                new StatementLine(
                    reader.GetGuid(0), reader.GetGuid(1), OrderNumber.Of(reader.GetGuid(1), settings.Zone), reader.GetString(2), reader.GetString(3),
                    reader.GetString(4), reader.GetInt64(5), reader.GetFieldValue<DateTimeOffset>(6)))),
            (new Sql(
                $"""
                select coalesce(sum(-e.amount) filter (where {InMonthOf(2)} and e.account like 'buyer-outside:%' and e.amount < 0), 0)::bigint,
                    coalesce(sum(e.amount) filter (where {InMonthOf(2)} and e.account like 'buyer-outside:%' and e.amount > 0), 0)::bigint,
                    coalesce(sum(e.amount) filter (where {InMonthOf(2)} and e.account like 'seller-outside:%'), 0)::bigint,
                    coalesce(sum(e.amount) filter (where e.account like 'seller-payable:%'), 0)::bigint
                {Mine}
                """,
                me, from, to),
            reader => totals = new StatementTotals(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3))));
        var page = part.Of(rows, line => line, line => line.Journal);
        return TypedResults.Ok(new Statement(settings.Currency, totals, page.Items, page.Next));
    }

    /// <summary>The moments between which a month lies in the market's zone, as 2026-11; no bounds without one.</summary>
    private static (DateTimeOffset? From, DateTimeOffset? To) Month(string? month, TimeZoneInfo zone)
    {
        if (month is null)
        {
            return (null, null);
        }

        return DateTime.TryParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) && first.Year is > 1 and < 9999
            ? (Begin(first), Begin(first.AddMonths(1)))
            : throw Asked.Bad("month", Wrong.Month);

        DateTimeOffset Begin(DateTime day) => new DateTimeOffset(day, zone.GetUtcOffset(day)).ToUniversalTime();
    }

    /// <summary>The condition on a line, of which the bounds are two parameters in a row.</summary>
    private static string InMonthOf(int first) =>
        $"(${first}::timestamptz is null or j.at >= ${first}::timestamptz and j.at < ${first + 1}::timestamptz)";

    /// <summary>The lines of one person's accounts.</summary>
    private const string Mine =
        """
        from payments p join journals j on j.trade = p.trade cross join lateral unnest(j.accounts, j.amounts) as e (account, amount)
        where (p.buyer = $1 or p.seller = $1) and e.account in ('buyer-outside:' || $1, 'seller-payable:' || $1, 'seller-outside:' || $1)
        """;
}

/// <param name="Totals">Over all lines of the month, or of all time, and not only those of this part.</param>
internal sealed record Statement(string Currency, StatementTotals Totals, IReadOnlyList<StatementLine> Items, string? Next);

/// <summary>What all lines together come to, in minor units.</summary>
/// <param name="Paid">What left me for what I bought.</param>
/// <param name="PaidBack">What of that came back.</param>
/// <param name="Received">What reached me for what I sold.</param>
/// <param name="Owed">What is owed to me now and not on its way yet, whatever month is asked for.</param>
internal sealed record StatementTotals(long Paid, long PaidBack, long Received, long Owed);

/// <param name="Number">Of the trade; see <see cref="OrderNumber"/>.</param>
/// <param name="Event">The ledger's event, such as <c>card-hold</c>.</param>
/// <param name="Account">buyer-outside or seller-outside: what left me (negative) or reached me (positive); seller-payable: what is owed to me.</param>
/// <param name="Amount">In minor units.</param>
internal sealed record StatementLine(
    Guid Journal, Guid Trade, string Number, string Kind, string Event, string Account, long Amount, DateTimeOffset At);
