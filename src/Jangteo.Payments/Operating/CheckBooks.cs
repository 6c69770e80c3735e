using Jangteo.Kinds;
using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Operating;

/// <summary>
/// I1 (the ledger), I2 (escrow and the pay log), I7 (nothing left to do), I10 (what provider and bank say), for each trade and each bank
/// transfer. All journals belong to one of these, so the ledger adds up to zero when each of its journals does.
/// </summary>
internal sealed class CheckBooks(
    [FromKeyedServices(Modules.Payments)] Storage storage, ICardProvider provider, IBank bank, Settings settings) : IIntegrityChecks
{
    private const string WithOutside = "I10-outside";
    private const string NothingToDo = "I7-nothing-to-do";
    private const int UnreadAtMost = 1000;

    /// <summary>
    /// A call and its booking are two commits, so only a difference that lasts is one. A charge without an answer is asked for again when
    /// the question about it times out; until that second answer can be booked, nothing is reported.
    /// </summary>
    private readonly TimeSpan between = settings.Questions.Timeout + TimeSpan.FromSeconds(1);

    private static readonly OffendersBySql BySql = new(
    [
        (
            "I1-journals-balance",
            """
            select coalesce(j.trade, j.deposit), j.id as journal, sum(line.amount) as sum
            from journals j
            left join lateral unnest(j.accounts, j.amounts) as line (account, amount) on true
            where j.trade = any($1) or j.deposit = any($1)
            group by j.id
            having sum(line.amount) is distinct from 0 or count(*) < 2
            """),
        (
            "I1-balances",
            // The accounts of a trade or transfer carry its id at their end, and only its own journals have lines in them.
            """
            with subjects as (
                select unnest($1::uuid[]) as id),
            lines as (
                select s.id, guarded_balance(line.account, j.trade) as account, sum(line.amount) as amount
                from subjects s
                join journals j on j.trade = s.id or j.deposit = s.id
                cross join lateral unnest(j.accounts, j.amounts) as line (account, amount)
                where right(guarded_balance(line.account, j.trade), 36) = s.id::text
                group by 1, 2),
            names as (
                select id, account from lines
                union select s.id, prefix || ':' || s.id
                from subjects s, unnest(array['escrow', 'bank-suspense', 'refund-in-transit', 'pay-out-in-transit']) as prefix
                union select p.trade, 'seller-payable:' || p.seller || '/' || p.trade from payments p where p.trade = any($1))
            select n.id, n.account, b.amount as balance, e.amount as entries
            from names n
            left join balances b on b.account = n.account
            left join lines e on e.id = n.id and e.account = n.account
            where b.amount is distinct from e.amount or b.amount < 0
            """),
        (
            "I2-pay-log",
            """
            select p.trade, p.standing, coalesce(escrow.amount, 0) as escrow, coalesce(suspense.amount, 0) as suspense,
                coalesce(refund.amount, 0) as refund, coalesce(paying.amount, 0) as paying
            from payments p
            cross join lateral (
                select coalesce(sum((attempt->>'amount')::bigint) filter (where attempt->>'verb' = 'refund'), 0) as refund,
                       coalesce(sum((attempt->>'amount')::bigint) filter (where attempt->>'verb' = 'pay-out'), 0) as paying
                from jsonb_array_elements(p.attempts) attempt where attempt->>'came' = 'open') open
            left join balances escrow on escrow.account = 'escrow:' || p.trade
            left join balances suspense on suspense.account = 'bank-suspense:' || p.trade
            left join balances refund on refund.account = 'refund-in-transit:' || p.trade
            left join balances paying on paying.account = 'pay-out-in-transit:' || p.trade
            where p.trade = any($1)
                and (coalesce(escrow.amount, 0) <> case p.standing when 'held' then p.amount else 0 end
                    or coalesce(suspense.amount, 0) <> p.seen
                    or coalesce(refund.amount, 0) <> open.refund
                    or coalesce(paying.amount, 0) <> open.paying
                        and not exists (
                            select from errands e
                            where e.subject = p.trade and e.next_at is null and e.problem in ('refused', 'voided')))
            """),
        (
            "I2-held",
            """
            select p.trade, came.held, came.refunded, came.paid, p.fee
            from payments p
            cross join lateral (
                select coalesce(sum((attempt->>'amount')::bigint) filter (where attempt->>'verb' = 'hold-payment' and attempt->>'came' = 'yes'), 0) as held,
                       coalesce(sum((attempt->>'amount')::bigint) filter (where attempt->>'verb' = 'refund'), 0) as refunded,
                       coalesce(sum((attempt->>'amount')::bigint + p.fee) filter (where attempt->>'verb' = 'pay-out' and attempt->>'came' <> 'no'), 0) as paid
                from jsonb_array_elements(p.attempts) attempt) came
            where p.trade = any($1) and p.reference is null
                and came.held - came.refunded - came.paid <> case p.standing when 'held' then p.amount else 0 end
            """),
        (
            "I2-transfers",
            """
            select d.id, d.amount, d.state, d.counted, coalesce(suspense.amount, 0) as suspense, coalesce(back.amount, 0) as back
            from deposits d
            left join balances suspense on suspense.account = 'bank-suspense:' || d.id
            left join balances back on back.account = 'refund-in-transit:' || d.id
            where d.id = any($1)
                and (coalesce(suspense.amount, 0) <> case d.state when 'waiting' then d.amount - d.counted else 0 end
                    or coalesce(back.amount, 0) <> case d.state when 'sending-back' then d.amount - d.counted else 0 end
                    or d.counted > 0 and d.trade is null)
            """),
        (
            "I2-transfers-paid",
            """
            select p.trade, paid.counted, p.seen, p.amount, p.standing, back.refunded
            from payments p
            cross join lateral (select coalesce(sum(counted), 0) as counted from deposits where trade = p.trade) paid
            cross join lateral (
                select coalesce(sum((attempt->>'amount')::bigint), 0) as refunded
                from jsonb_array_elements(p.attempts) attempt where attempt->>'verb' = 'refund' and attempt->>'came' <> 'no') back
            where p.trade = any($1) and p.reference is not null and p.means = 'deposit'
                and paid.counted <> p.seen + back.refunded + case when p.standing in ('held', 'paid-out') then p.amount else 0 end
            """),
    ]);

    // A trade is compared together with the transfers that name it: each of these is one row, with the trade as its unit.
    private const string Ledger =
        """
        with units as (
            select s.id as asked, coalesce(d.trade, s.id) as unit
            from unnest($1::uuid[]) as s (id)
            left join deposits d on d.id = s.id),
        members as (
            select unit, unit as id from units
            union select u.unit, d.id from units u join deposits d on d.trade = u.unit)
        select u.asked, m.id, coalesce(came.net, 0), exists (select from errands e where e.subject = m.id)
        from units u
        join members m on m.unit = u.unit
        cross join lateral (
            select -sum(line.amount)::bigint as net
            from journals j
            cross join lateral unnest(j.accounts, j.amounts) as line (account, amount)
            where (j.trade = m.id or j.trade is null and j.deposit = m.id)
                and split_part(line.account, ':', 1) in ('buyer-outside', 'payer-outside', 'seller-outside')) came
        """;

    // Trades with a payment, and trades named by a journal: a journal of an unknown trade is found as well.
    private const string Own =
        """
        (select trade as id from payments where trade > $1 order by 1 limit $2)
        union (select id from deposits where id > $1 order by 1 limit $2)
        union (select distinct trade from journals where trade > $1 order by 1 limit $2)
        union (select distinct deposit from journals where deposit > $1 order by 1 limit $2)
        order by 1 limit $2
        """;

    public IReadOnlyList<string> Checks => [.. BySql.Checks, .. ChecksOutside];

    public IReadOnlyList<string> ChecksOutside => [WithOutside];

    public IReadOnlyList<string> ChecksOfNow => [NothingToDo];

    public Task<IReadOnlyList<Offender>> Find(Guid[] subjects, CancellationToken ct) => BySql.Find(storage, subjects, ct);

    public async Task<IReadOnlyList<Guid>> After(Guid last, int most, CancellationToken ct)
    {
        var own = await storage.Query(new Sql(Own, last, most), row => row.GetGuid(0), ct);
        var ofProvider = await Outside.Read(patience => provider.SubjectsAfter(last, most, patience), ct);
        var ofBank = await Outside.Read(patience => bank.SubjectsAfter(last, most, patience), ct);
        return [.. own.Concat(ofProvider).Concat(ofBank).Distinct().Order().Take(most)];
    }

    public async Task<IReadOnlyList<CheckedNow>> Now(CancellationToken ct) =>
        [CheckedNow.None(NothingToDo, await storage.Find(new Sql("select count(*) from errands"), row => row.GetInt64(0), ct))];

    /// <summary>Trade by trade, what provider and bank took in and gave out is what the ledger says came from outside and went there.</summary>
    public async Task<IReadOnlyList<Offender>> FindOutside(Guid[] subjects, CancellationToken ct)
    {
        var differing = await Differences(subjects, ct);
        if (differing.Count > 0)
        {
            await Task.Delay(between, ct);
            var again = await Differences([.. differing.Keys], ct);
            var unread = await Unread(ct);
            differing = differing
                .Where(pair => !unread.Contains(pair.Key) && again.TryGetValue(pair.Key, out var still) && still == pair.Value)
                .ToDictionary(pair => pair.Key, pair => pair.Value);
        }

        return [.. differing.Select(pair => Offender.Of(
            WithOutside, pair.Key, WithOutside, ("outside", pair.Value.Outside), ("ledger", pair.Value.Ledger)))];
    }

    /// <summary>What is on the bank's statement after the place up to which it has been read is not booked yet.</summary>
    private async Task<HashSet<Guid>> Unread(CancellationToken ct)
    {
        var position = await storage.Find(new Sql("select position from statement"), row => row.GetInt64(0), ct);
        var unread = await Outside.Read(patience => bank.DepositsSince(position, UnreadAtMost, patience), ct);
        return [.. unread.Select(transfer => transfer.Id)];
    }

    private async Task<Dictionary<Guid, (long Outside, long Ledger)>> Differences(Guid[] subjects, CancellationToken ct)
    {
        var members = await storage.Query(
            new Sql(Ledger, subjects),
            row => (Asked: row.GetGuid(0), Member: row.GetGuid(1), Ledger: row.GetInt64(2), IsOpen: row.GetBoolean(3)), ct);
        Guid[] asked = [.. members.Select(row => row.Member).Distinct()];
        var outside = (await Outside.Read(patience => provider.Book(asked, patience), ct))
            .Concat(await Outside.Read(patience => bank.Book(asked, patience), ct)).ToLookup(line => line.Subject, line => line.Net);
        var settled = (await SettledByHand(asked, ct)).ToDictionary(one => one.Id, one => one.Amount);
        // What is under way outside is settled when its errand is. A transfer that can never be booked and was settled by hand may still
        // stand in the bank's book, or be back where it came from.
        return members.GroupBy(row => row.Asked).Where(unit => !unit.Any(row => row.IsOpen))
            .Select(unit => (
                unit.Key,
                Sums: (Outside: unit.Sum(row => outside[row.Member].Sum()), Ledger: unit.Sum(row => row.Ledger)),
                Settled: unit.Sum(row => settled.GetValueOrDefault(row.Member))))
            .Where(unit => unit.Sums.Outside != unit.Sums.Ledger && unit.Sums.Outside - unit.Settled != unit.Sums.Ledger)
            .ToDictionary(unit => unit.Key, unit => unit.Sums);
    }

    /// <summary>Transfers of which the ledger has nothing because operators settled them by hand.</summary>
    private Task<List<(Guid Id, long Amount)>> SettledByHand(Guid[] subjects, CancellationToken ct) => storage.Query(
        new Sql(
            """
            select s.id, sum(s.amount)::bigint
            from settled_transfers s
            where s.id = any($1) and not exists (select from deposits d where d.id = s.id)
            group by s.id
            """,
            subjects),
        row => (row.GetGuid(0), row.GetInt64(1)), ct);
}
