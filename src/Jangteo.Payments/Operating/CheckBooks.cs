using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Payments.Providers;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Operating;

/// <summary>GET /api/operator/payments/books: I1 (the ledger), I2 (escrow and the pay log), I7 (nothing left to do), I10 (what provider and bank say).</summary>
internal sealed class CheckBooks([FromKeyedServices(Modules.Payments)] Storage storage, ICardProvider provider, IBank bank)
{
    private const int Shown = 5;

    /// <summary>A call and its booking are two commits: what differs for longer than this differs indeed.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/payments/books", async Task<Ok<Books>> (HttpContext http, CheckBooks use, CancellationToken ct) =>
        {
            Caller.Operator(http);
            return TypedResults.Ok(await use.Check(ct));
        }).WithName("paymentsBooks").WithSummary("Payments' invariants, counted now.").WithTags("operator");

    public async Task<Books> Check(CancellationToken ct) => Books.Of(
    [
        await Offenders(
            "I1 every journal balances, and the ledger adds up to zero",
            """
            select 'journal ' || journal || ' ' || sum(amount) from entries group by journal having sum(amount) <> 0 or count(*) < 2
            union all select 'together ' || sum(amount) from entries having sum(amount) <> 0
            """,
            "select count(*) || ' journals' from journals", ct),
        await Offenders(
            "I1 escrow, suspense, in transit and payable are never negative",
            """
            select b.account || ' ' || b.amount || ' by its balance, ' || coalesce(e.amount, 0) || ' by its entries'
            from balances b
            full join (
                select guarded_balance(line.account, j.trade) as account, sum(line.amount) as amount
                from journals j cross join lateral unnest(j.accounts, j.amounts) as line (account, amount)
                where guarded_balance(line.account, j.trade) is not null
                group by 1) e on e.account = b.account
            where b.amount is distinct from e.amount or b.amount < 0
            """,
            "select count(*) || ' accounts' from balances", ct),
        await Offenders(
            "I2 escrow, suspense and in transit are what the pay log says",
            """
            select p.trade || ': ' || p.standing || ', escrow ' || coalesce(escrow.amount, 0) || ', suspense ' || coalesce(suspense.amount, 0) || ', refund in transit ' || coalesce(refund.amount, 0) || ', pay-out in transit ' || coalesce(paying.amount, 0)
            from payments p
            cross join lateral (
                select coalesce(sum((attempt->>'amount')::bigint) filter (where attempt->>'verb' = 'refund'), 0) as refund,
                       coalesce(sum((attempt->>'amount')::bigint) filter (where attempt->>'verb' = 'pay-out'), 0) as paying
                from jsonb_array_elements(p.attempts) attempt where attempt->>'came' = 'open') open
            left join balances escrow on escrow.account = 'escrow:' || p.trade
            left join balances suspense on suspense.account = 'bank-suspense:' || p.trade
            left join balances refund on refund.account = 'refund-in-transit:' || p.trade
            left join balances paying on paying.account = 'pay-out-in-transit:' || p.trade
            where coalesce(escrow.amount, 0) <> case p.standing when 'held' then p.amount else 0 end
               or coalesce(suspense.amount, 0) <> p.seen
               or coalesce(refund.amount, 0) <> open.refund
               or coalesce(paying.amount, 0) <> open.paying and not exists (select from errands e where e.subject = p.trade and e.next_at is null and e.problem in ('refused', 'voided'))
            """,
            "select count(*) || ' trades' from payments", ct),
        await Offenders(
            "I2 what was held is held, refunded or paid out",
            """
            select p.trade || ': ' || came.held || ' held, ' || came.refunded || ' refunded, ' || came.paid || ' paid out, fee ' || p.fee
            from payments p
            cross join lateral (
                select coalesce(sum((attempt->>'amount')::bigint) filter (where attempt->>'verb' = 'hold-payment' and attempt->>'came' = 'yes'), 0) as held,
                       coalesce(sum((attempt->>'amount')::bigint) filter (where attempt->>'verb' = 'refund'), 0) as refunded,
                       coalesce(sum((attempt->>'amount')::bigint + p.fee) filter (where attempt->>'verb' = 'pay-out' and attempt->>'came' <> 'no'), 0) as paid
                from jsonb_array_elements(p.attempts) attempt) came
            where p.reference is null and came.held - came.refunded - came.paid <> case p.standing when 'held' then p.amount else 0 end
            """,
            "select count(*) || ' trades paid by card' from payments where reference is null", ct),
        await Offenders(
            "I2 every transfer counts, waits, is on its way back or is back",
            """
            select d.id || ' of ' || d.amount || ' is ' || d.state || ', ' || d.counted || ' of it counted, ' || coalesce(suspense.amount, 0) || ' in suspense, ' || coalesce(back.amount, 0) || ' on its way back'
            from deposits d
            left join balances suspense on suspense.account = 'bank-suspense:' || d.id
            left join balances back on back.account = 'refund-in-transit:' || d.id
            where coalesce(suspense.amount, 0) <> case d.state when 'waiting' then d.amount - d.counted else 0 end
               or coalesce(back.amount, 0) <> case d.state when 'sending-back' then d.amount - d.counted else 0 end
               or d.counted > 0 and d.trade is null
            """,
            "select count(*) || ' transfers' from deposits", ct),
        await Offenders(
            "I2 what transfers paid is awaited, held, refunded or paid out",
            """
            select p.trade || ': ' || paid.counted || ' counted, ' || p.seen || ' seen, ' || p.amount || ' ' || p.standing || ', ' || back.refunded || ' refunded'
            from payments p
            cross join lateral (select coalesce(sum(counted), 0) as counted from deposits where trade = p.trade) paid
            cross join lateral (
                select coalesce(sum((attempt->>'amount')::bigint), 0) as refunded
                from jsonb_array_elements(p.attempts) attempt where attempt->>'verb' = 'refund' and attempt->>'came' <> 'no') back
            where p.reference is not null and p.means = 'deposit'
              and paid.counted <> p.seen + back.refunded + case when p.standing in ('held', 'paid-out') then p.amount else 0 end
            """,
            "select count(*) || ' trades paid by transfer' from payments where reference is not null", ct),
        await Offenders(
            "I7 nothing is left to do outside",
            "select key || ' tried ' || tries || ' times' || coalesce(': ' || problem, '') from errands",
            "select 'no errand is open'", ct),
        await CompareOutside(ct),
    ]);

    private async Task<BookCheck> Offenders(string name, string offenders, string count, CancellationToken ct)
    {
        var found = await storage.Query(new Sql($"select * from ({offenders}) offender limit {Shown}"), reader => reader.GetString(0), ct);
        return new BookCheck(name, found.Count == 0, found.Count > 0 ? string.Join("; ", found) : await storage.Find(new Sql(count), reader => reader.GetString(0), ct) ?? "");
    }

    /// <summary>Trade by trade, what provider and bank took in and gave out is what the ledger says came from outside and went there.</summary>
    private async Task<BookCheck> CompareOutside(CancellationToken ct)
    {
        var (differing, count) = await Differences(ct);
        if (differing.Count > 0)
        {
            await Task.Delay(Between, ct);
            var (again, _) = await Differences(ct);
            differing = differing.Where(pair => again.TryGetValue(pair.Key, out var still) && still == pair.Value).ToDictionary(pair => pair.Key, pair => pair.Value);
        }

        return new BookCheck(
            "I10 provider and bank say what the ledger says", differing.Count == 0,
            differing.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"{count} trades and deposits")
                : string.Join("; ", differing.Take(Shown).Select(pair => $"{pair.Key}: {pair.Value.Outside} outside, {pair.Value.Ledger} in the ledger")));
    }

    private async Task<(Dictionary<Guid, (long Outside, long Ledger)> Differing, int Count)> Differences(CancellationToken ct)
    {
        var tradeOf = (await storage.Query(new Sql("select id, trade from deposits where trade is not null"), reader => (reader.GetGuid(0), reader.GetGuid(1)), ct)).ToDictionary(row => row.Item1, row => row.Item2);
        var ledger = await Sums(
            storage.Query(
                new Sql(
                    """
                    select coalesce(j.trade, j.deposit), -sum(e.amount)::bigint from journals j join entries e on e.journal = j.id
                    where split_part(e.account, ':', 1) in ('buyer-outside', 'payer-outside', 'seller-outside') group by 1
                    """),
                reader => new BookLine(reader.GetGuid(0), reader.GetInt64(1)), ct));
        var outside = await Sums(AsList(provider.Book(ct)), AsList(bank.Book(ct)));
        // What is under way outside is settled when its errand is.
        var open = (await storage.Query(new Sql("select distinct subject from errands"), reader => Subject(reader.GetGuid(0)), ct)).ToHashSet();
        var differing = new Dictionary<Guid, (long, long)>();
        foreach (var subject in ledger.Keys.Union(outside.Keys))
        {
            var pair = (outside.GetValueOrDefault(subject), ledger.GetValueOrDefault(subject));
            if (pair.Item1 != pair.Item2 && !open.Contains(subject))
            {
                differing.Add(subject, pair);
            }
        }

        return (differing, ledger.Count);

        Guid Subject(Guid subject) => tradeOf.GetValueOrDefault(subject, subject);

        async Task<Dictionary<Guid, long>> Sums(params Task<List<BookLine>>[] books)
        {
            var sums = new Dictionary<Guid, long>();
            foreach (var book in books)
            {
                foreach (var line in await book)
                {
                    sums[Subject(line.Subject)] = sums.GetValueOrDefault(Subject(line.Subject)) + line.Net;
                }
            }

            return sums;
        }
    }

    private static async Task<List<BookLine>> AsList(Task<IReadOnlyList<BookLine>> book) => [.. await book];
}
