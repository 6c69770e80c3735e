using Jangteo.Payments.Providers;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Sandbox;

/// <summary>The card provider of the sandbox. A card's token says how it behaves; what it did stands in its own book.</summary>
internal sealed class SandboxCards([FromKeyedServices(SandboxCards.Schema)] Storage book) : ICardProvider
{
    public const string Schema = "provider";

    public const string Ok = "ok";
    public const string Declined = "declined";
    public const string Slow = "slow";
    public const string TimesOutAfterCharging = "times-out-after-charging";
    public const string Down = "down";

    private static readonly TimeSpan SlowAnswer = TimeSpan.FromMilliseconds(700);

    public async Task<Says> Charge(string key, string token, long amount, CancellationToken ct)
    {
        if (token == Down)
        {
            return Says.OutOfReach;
        }

        if (token == Slow)
        {
            await Task.Delay(SlowAnswer, ct);
        }

        var state = token is Ok or Slow or TimesOutAfterCharging ? "charged" : "declined";
        var (came, asked) = await book.Find(
            new Sql(
                """
                insert into charges (key, card, amount, state) values ($1, $2, $3, $4)
                on conflict (key) do update set asked = charges.asked + 1 returning state, asked
                """,
                key, token, amount, state), reader => (reader.GetString(0), reader.GetInt32(1)), ct);
        if (token == TimesOutAfterCharging && asked == 1)
        {
            await Task.Delay(Timeout.Infinite, ct);
        }

        return came switch { "charged" => Says.Done, "declined" => Says.Refused, _ => Says.Voided };
    }

    public async Task<Says> Void(string key, CancellationToken ct)
    {
        await book.Query(
            new Sql(
                """
                insert into charges (key, card, amount, state) values ($1, '', 0, 'voided')
                on conflict (key) do update set state = case when charges.state = 'charged' then 'voided' else charges.state end returning true
                """,
                key), _ => true, ct);
        return Says.Done;
    }

    public async Task<Says> Refund(string key, string chargeKey, long amount, CancellationToken ct)
    {
        // Found by its key the second time; the first time only as much as is left of the charge.
        var done = await book.Query(
            new Sql(
                """
                with charge as (select amount from charges where key = $2 and state = 'charged' for update),
                made as (
                    insert into refunds (key, charge_key, amount)
                    select $1, $2, $3 from charge where $3 <= charge.amount - (select coalesce(sum(amount), 0) from refunds where charge_key = $2 and key <> $1)
                    on conflict do nothing returning true)
                select true from made union all select true from refunds where key = $1
                """,
                key, chargeKey, amount), _ => true, ct);
        return done.Count > 0 ? Says.Done : Says.Refused;
    }

    public async Task<IReadOnlyList<BookLine>> Book(CancellationToken ct) =>
        await book.Query(
            new Sql(
                """
                select split_part(key, '/', 1)::uuid, sum(net)::bigint from (
                    select key, amount as net from charges where state = 'charged'
                    union all select charge_key, -amount from refunds) moved
                group by 1
                """), reader => new BookLine(reader.GetGuid(0), reader.GetInt64(1)), ct);
}
