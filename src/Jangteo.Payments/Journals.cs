using Jangteo.Contracts;
using Jangteo.Platform.Storing;

namespace Jangteo.Payments;

/// <summary>The ledger as it is read.</summary>
internal static class Journals
{
    private const string Select = "select j.id, j.trade, j.deposit, j.event, j.currency, j.at, e.account, e.amount from journals j cross join lateral unnest(j.accounts, j.amounts) with ordinality as e (account, amount, line)";

    public static Task<List<Row>> OfTrade(Storage storage, Guid trade, CancellationToken ct) =>
        Read(storage, new Sql($"{Select} where j.trade = $1 order by j.id, e.line", trade), ct);

    /// <summary>The newest first.</summary>
    public static Task<List<Row>> Newest(Storage storage, Guid? trade, string? account, Guid? before, int limit, CancellationToken ct) =>
        Read(
            storage,
            new Sql(
                $"""
                {Select} where j.id in (
                    select id from journals
                    where ($1::uuid is null or trade = $1) and ($2::uuid is null or id < $2)
                        and ($3::text is null or $3 = any(accounts))
                    order by id desc limit $4)
                order by j.id desc, e.line
                """,
                trade, before, account, limit), ct);

    private static async Task<List<Row>> Read(Storage storage, Sql sql, CancellationToken ct)
    {
        var rows = new List<Row>();
        await storage.Query(sql, reader =>
        {
            var id = reader.GetGuid(0);
            if (rows.Count == 0 || rows[^1].Id != id)
            {
                rows.Add(new Row(
                    id, reader.IsDBNull(1) ? null : reader.GetGuid(1), reader.IsDBNull(2) ? null : reader.GetGuid(2), reader.GetString(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), []));
            }

            rows[^1].Entries.Add(new Entry(reader.GetString(6), reader.GetInt64(7)));
            return 0;
        }, ct);
        return rows;
    }

    /// <summary>A journal with its entries.</summary>
    internal sealed record Row(Guid Id, Guid? Trade, Guid? Deposit, string Event, string Currency, DateTimeOffset At, List<Entry> Entries)
    {
        /// <summary>What moved.</summary>
        public long Amount => Entries.Where(entry => entry.Amount > 0).Sum(entry => entry.Amount);
    }
}
