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

namespace Jangteo.Payments.Operating;

/// <summary>GET /api/operator/payments/ledger: every journal, newest first; and what the accounts of each sort hold together.</summary>
internal static class ReadLedger
{
    private const int LongestAccount = 80;
    private const int MostMonths = 24;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/operator/payments/ledger", List).WithName("readLedger").WithSummary("The lines of the ledger, newest first.").WithTags("operator");
        routes.MapGet("/api/operator/payments/ledger/months", Months).WithName("readMonths").WithTags("operator")
            .WithSummary("What was paid, refunded and paid out in each month, and the fees, newest first.");
        routes.MapGet("/api/operator/payments/ledger/balances", Balances).WithName("readBalances").WithSummary("The balance of every account.").WithTags("operator");
    }

    private static async Task<Ok<Page<LedgerJournal>>> List(
        HttpContext http, [FromKeyedServices(Modules.Payments)] Storage storage, Shelf shelf, string? trade, string? account, [AsParameters] Paging part, CancellationToken ct)
    {
        Caller.Operator(http);
        var language = Problems.Language(http);
        var rows = await Journals.Newest(storage, Asked.Id(trade, "trade"), Asked.Text(account, "account", LongestAccount), part.After<Guid>(), part.Most + 1, ct);
        return TypedResults.Ok(part.Of(rows, row => new LedgerJournal(row.Id, row.Trade, row.Deposit, row.Event, shelf.Texts.Journal(row.Event, language), row.Currency, row.At, row.Entries), row => row.Id));
    }

    private static async Task<Ok<MonthList>> Months(
        HttpContext http, [FromKeyedServices(Modules.Payments)] Storage storage, Settings settings, CancellationToken ct)
    {
        Caller.Operator(http);
        return TypedResults.Ok(new MonthList(settings.Currency, await storage.Query(
            new Sql(
                """
                select to_char(j.at at time zone $1, 'YYYY-MM'),
                    coalesce(sum(e.amount) filter (where j.event = any($4) and e.account like 'escrow:%'), 0)::bigint,
                    coalesce(sum(-e.amount) filter (where j.event = $2 and e.amount < 0 and e.account like 'escrow:%'), 0)::bigint,
                    coalesce(sum(e.amount) filter (where e.account like 'seller-outside:%'), 0)::bigint,
                    coalesce(sum(e.amount) filter (where e.account = 'platform-fee'), 0)::bigint
                from journals j cross join lateral unnest(j.accounts, j.amounts) as e (account, amount)
                group by 1 order by 1 desc limit $3
                """,
                settings.Zone.Id, Posting.RefundAsked, MostMonths,
                new[] { Posting.CardHold, Posting.DepositConfirmed, Posting.DepositReleased }),
            reader => new MonthView(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)), ct)));
    }

    private static async Task<Ok<BalanceList>> Balances(HttpContext http, [FromKeyedServices(Modules.Payments)] Storage storage, Settings settings, CancellationToken ct)
    {
        Caller.Operator(http);
        return TypedResults.Ok(new BalanceList(settings.Currency, await storage.Query(
            new Sql("select split_part(account, ':', 1) as account, sum(amount)::bigint from entries group by 1 order by 1"), reader => new BalanceView(reader.GetString(0), reader.GetInt64(1)), ct)));
    }
}

/// <summary>The newest months in which money moved.</summary>
internal sealed record MonthList(string Currency, IReadOnlyList<MonthView> Items);

/// <summary>A month of the market, in its time zone; amounts in minor units.</summary>
/// <param name="Month">As 2026-11.</param>
/// <param name="Turnover">What buyers have paid: cards that were charged, and transfers that were confirmed.</param>
/// <param name="Refunded">What of it was given back, in the month in which the refund began.</param>
/// <param name="PaidOut">What sellers were given of it.</param>
/// <param name="Fees">What the market kept.</param>
internal sealed record MonthView(string Month, long Turnover, long Refunded, long PaidOut, long Fees);

/// <param name="Deposit">The bank's deposit that it is about, if it is about one.</param>
/// <param name="Label">The event, in the reader's language.</param>
internal sealed record LedgerJournal(Guid Id, Guid? Trade, Guid? Deposit, string Event, string Label, string Currency, DateTimeOffset At, IReadOnlyList<Entry> Entries);

/// <summary>Adds up to zero.</summary>
internal sealed record BalanceList(string Currency, IReadOnlyList<BalanceView> Items);

/// <param name="Account">The sort of account, such as <c>escrow</c>.</param>
internal sealed record BalanceView(string Account, long Amount);
