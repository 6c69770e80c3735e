using Npgsql;

namespace Jangteo.Bench.Chaos;

/// <summary>
/// Charges at the provider that should not be: each charge belongs to one hold that was booked, and no trade has more of a card than it
/// costs.
/// </summary>
internal static class ChargedTwice
{
    // What was charged and given back again is a second charge all the same, unless its hold was booked and its refund too.
    private const string Sql =
        """
        select c.key || ' was charged ' || c.amount || ', and no such hold is booked'
        from provider.charges c
        where c.state = 'charged' and not exists (
            select from payments.payments p cross join lateral jsonb_array_elements(p.attempts) attempt
            where p.trade = split_part(c.key, '/', 1)::uuid
              and c.key = p.trade || '/' || (attempt->>'revision') || '/hold-payment'
              and attempt->>'verb' = 'hold-payment' and attempt->>'came' = 'yes' and (attempt->>'amount')::bigint = c.amount)
        union all
        select r.key || ' gave back ' || r.amount || ', and no such refund is booked'
        from provider.refunds r
        where not exists (
            select from payments.payments p cross join lateral jsonb_array_elements(p.attempts) attempt
            where p.trade = split_part(r.charge_key, '/', 1)::uuid
              and (r.key = p.trade || '/' || (attempt->>'revision') || '/refund' or starts_with(r.key, p.trade || '/' || (attempt->>'revision') || '/refund/'))
              and attempt->>'verb' = 'refund' and attempt->>'came' <> 'no' and (attempt->>'amount')::bigint = r.amount)
        union all
        select p.trade || ' costs ' || p.amount || ', and the provider has ' || outside.net
        from payments.payments p join (
            select split_part(key, '/', 1)::uuid as trade, sum(net) as net from (
                select key, amount as net from provider.charges where state = 'charged'
                union all select charge_key, -amount from provider.refunds) moved
            group by 1) outside on outside.trade = p.trade
        where outside.net not in (0, p.amount)
        """;

    public static async Task<IReadOnlyList<string>> Find(string database, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }
}
