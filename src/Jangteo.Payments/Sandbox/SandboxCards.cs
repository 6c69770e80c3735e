using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Sandbox;

/// <summary>The card provider of the sandbox. A card's token says how it behaves; what it did stands in its own book.</summary>
internal sealed class SandboxCards([FromKeyedServices(SandboxCards.Schema)] Storage book, Settings settings) : ICardProvider
{
    public const string Schema = "provider";

    public const string Ok = "ok";
    public const string Declined = "declined";
    public const string Slow = "slow";
    public const string TimesOutAfterCharging = "times-out-after-charging";
    public const string Down = "down";

    private static readonly TimeSpan SlowAnswer = TimeSpan.FromMilliseconds(700);

    public async Task<ProviderAnswer> Charge(string key, string token, long amount, CancellationToken ct)
    {
        if (token == Down)
        {
            return new ProviderAnswer(Says.OutOfReach);
        }

        if (token == Slow)
        {
            await Task.Delay(SlowAnswer, ct);
        }

        var state = token is Ok or Slow or TimesOutAfterCharging ? "charged" : "declined";
        var (came, asked, charged) = await book.Find(
            new Sql(
                """
                insert into charges (key, card, amount, state) values ($1, $2, $3, $4)
                on conflict (key) do update set asked = charges.asked + 1 returning state, asked, amount
                """,
                key, token, amount, state), reader => (reader.GetString(0), reader.GetInt32(1), reader.GetInt64(2)), ct);
        if (token == TimesOutAfterCharging && asked == 1)
        {
            await Task.Delay(Timeout.Infinite, ct);
        }

        return came switch
        {
            "charged" => new ProviderAnswer(Says.Done, new Receipt(key, charged, settings.Currency)),
            "declined" => new ProviderAnswer(Says.Refused),
            _ => new ProviderAnswer(Says.Voided),
        };
    }

    public async Task<ProviderAnswer> Void(string key, CancellationToken ct)
    {
        await book.Query(
            new Sql(
                """
                insert into charges (key, card, amount, state) values ($1, '', 0, 'voided')
                on conflict (key) do update set state = case when charges.state = 'charged' then 'voided' else charges.state end returning true
                """,
                key), _ => true, ct);
        return new ProviderAnswer(Says.Done, new Receipt(key, 0, settings.Currency));
    }

    public async Task<ProviderAnswer> Refund(string key, string chargeKey, long amount, CancellationToken ct)
    {
        // Found by its key the second time; the first time only as much as is left of the charge.
        var done = await book.Query(
            new Sql(
                """
                with charge as (select amount from charges where key = $2 and state = 'charged' for update),
                made as (
                    insert into refunds (key, charge_key, amount)
                    select $1, $2, $3 from charge where $3 <= charge.amount - (select coalesce(sum(amount), 0) from refunds where charge_key = $2 and key <> $1)
                    on conflict do nothing returning amount)
                select amount from made union all select amount from refunds where key = $1
                """,
                key, chargeKey, amount), reader => reader.GetInt64(0), ct);
        return done is [var refunded, ..]
            ? new ProviderAnswer(Says.Done, new Receipt(key, refunded, settings.Currency))
            : new ProviderAnswer(Says.Refused);
    }

    public async Task<IReadOnlyList<BookLine>> Book(Guid[] subjects, CancellationToken ct) =>
        await book.Query(
            new Sql(
                """
                select subject::uuid, sum(net)::bigint from (
                    select split_part(key, '/', 1) as subject, amount as net
                    from charges
                    where state = 'charged' and split_part(key, '/', 1) collate "C" = any ($1::text[])
                    union all select split_part(charge_key, '/', 1), -amount
                    from refunds
                    where split_part(charge_key, '/', 1) collate "C" = any ($1::text[])) moved
                group by subject
                """,
                (object)subjects.Select(subject => subject.ToString()).ToArray()),
            reader => new BookLine(reader.GetGuid(0), reader.GetInt64(1)), ct);

    public Task<IReadOnlyList<Guid>> SubjectsAfter(Guid last, int most, CancellationToken ct) =>
        SubjectsAfter(book, "charges", last, most, ct);

    /// <summary>The first parts of a table's keys after one, in their order.</summary>
    internal static async Task<IReadOnlyList<Guid>> SubjectsAfter(Storage book, string table, Guid last, int most, CancellationToken ct) =>
        await book.Query(
            new Sql(
                $"""
                select distinct split_part(key, '/', 1) collate "C" as subject
                from {table}
                where split_part(key, '/', 1) collate "C" > $1
                order by 1
                limit $2
                """,
                last.ToString(), most), reader => Guid.Parse(reader.GetString(0)), ct);
}
