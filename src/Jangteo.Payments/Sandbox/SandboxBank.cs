using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Sandbox;

/// <summary>The bank of the sandbox: sends to any account but those that begin with <c>closed</c>, and is paid in by people (<see cref="PayIn"/>).</summary>
internal sealed class SandboxBank([FromKeyedServices(SandboxCards.Schema)] Storage book, Settings settings) : IBank
{
    /// <summary>The account that deposits of the sandbox come from.</summary>
    public const string Payer = "sandbox-payer";

    /// <summary>The account of the market, as people read it.</summary>
    public const string Account = "가온은행 Gaon Bank 110-100-200300, 장터 Jangteo";

    private const string Closed = "closed";
    private const int OnePayerAtATime = 0x42_41_4E_4B;

    /// <summary>Rings when money has arrived.</summary>
    public Bell Arrived { get; } = new();

    public async Task<ProviderAnswer> Transfer(string key, string account, long amount, CancellationToken ct)
    {
        var (refused, sent) = await book.Find(
            new Sql(
                """
                insert into transfers (key, account, amount, refused) values ($1, $2, $3, $4)
                on conflict (key) do update set key = excluded.key returning refused, amount
                """,
                key, account, amount, account.StartsWith(Closed, StringComparison.Ordinal)), reader => (reader.GetBoolean(0),
                reader.GetInt64(1)), ct);
        return refused ? new ProviderAnswer(Says.Refused) : new ProviderAnswer(Says.Done, new Receipt(key, sent, settings.Currency));
    }

    /// <summary>A transfer arrives. The same id twice is one transfer.</summary>
    /// <param name="from">The account it comes from; blank when the bank does not know it.</param>
    public async Task PayIn(Guid id, string reference, long amount, CancellationToken ct, string from = Payer)
    {
        await book.Do(Cause.New(), async work =>
        {
            // One after the other, so that positions are in the order in which deposits can be seen.
            await work.Read(ct, (new Sql("select pg_advisory_xact_lock($1)", (long)OnePayerAtATime), _ => { }));
            work.Write(
                "insert into deposits (id, reference, amount, payer) values ($1, $2, $3, $4) on conflict (id) do nothing", id, reference,
                amount, from);
        }, ct);
        Arrived.Ring();
    }

    public async Task<IReadOnlyList<BankDeposit>> DepositsSince(long position, int most, CancellationToken ct) =>
        await book.Query(
            new Sql("select position, id, reference, amount, payer from deposits where position > $1 order by position limit $2", position, most),
            reader =>
                new BankDeposit(
                    reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4), settings.Currency),
            ct);

    public async Task<IReadOnlyList<BookLine>> Book(Guid[] subjects, CancellationToken ct) =>
        await book.Query(
            new Sql(
                """
                select subject, sum(net)::bigint from (
                    select id as subject, amount as net from deposits where id = any ($1)
                    union all select split_part(key, '/', 1)::uuid, -amount
                    from transfers
                    where not refused and split_part(key, '/', 1) collate "C" = any ($2::text[])) moved
                group by subject
                """,
                subjects, subjects.Select(subject => subject.ToString()).ToArray()),
            reader => new BookLine(reader.GetGuid(0), reader.GetInt64(1)), ct);

    public async Task<IReadOnlyList<Guid>> SubjectsAfter(Guid last, int most, CancellationToken ct)
    {
        var arrived = await book.Query(
            new Sql("select id from deposits where id > $1 order by id limit $2", last, most), reader => reader.GetGuid(0), ct);
        return [.. arrived.Concat(await SandboxCards.SubjectsAfter(book, "transfers", last, most, ct)).Distinct().Order().Take(most)];
    }
}
