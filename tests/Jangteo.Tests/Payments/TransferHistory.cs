using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;

namespace Jangteo.Tests.Payments;

/// <summary>
/// One trade that is paid by transfers at random: in part, whole or over, before and after it is confirmed, released, paid out or called off.
/// Nothing waits for the bank's statement, so that transfers and requests meet in any order.
/// </summary>
internal sealed class TransferHistory(Till till, Random random)
{
    private const long Amount = 3000;
    private const long Fee = 90;

    private readonly Guid trade = Ids.New();
    private readonly List<(Guid Id, long Amount)> arrived = [];
    private readonly List<string> steps = [];
    private int revision;
    private bool isHeld;
    private bool isPaidOut;

    private Guid[] Subjects => [trade, .. arrived.Select(transfer => transfer.Id)];

    /// <summary>Plays it to its end, and some transfers that come too late.</summary>
    public async Task Play(CancellationToken ct)
    {
        await Hear(Verb.ExpectDeposit);
        for (var left = random.Next(3, 9); left > 0; left--)
        {
            await Step(ct);
        }

        isPaidOut = isHeld && random.Next(3) > 0;
        await Hear(isPaidOut ? Verb.PayOut : Verb.Refund);
        for (var left = random.Next(3); left > 0; left--)
        {
            await PayIn();
        }
    }

    /// <summary>Whether every transfer has been read and nothing of the trade is left to do.</summary>
    public async Task<bool> IsAtRest() =>
        await Sum("select count(*) from deposits where id = any($1) and state not in ('waiting', 'sending-back')") == arrived.Count
        && await Sum("select count(*) from errands where subject = any($1)") == 0;

    /// <summary>What is wrong with it at rest, by the bank's own book and by the ledger; null when every won is accounted for.</summary>
    public async Task<string?> FindFault()
    {
        var came = arrived.Sum(transfer => transfer.Amount);
        const string Sent = "select coalesce(sum(amount), 0)::bigint from transfers where not refused and split_part(key, '/', 1)::uuid = any($1)";
        var sent = await Sum(Sent, till.Book);
        var toSeller = await Sum($"{Sent} and key like '%/pay-out'", till.Book);
        var fee = await Sum(
            """
            select coalesce(sum(e.amount), 0)::bigint
            from journals j
            join entries e on e.journal = j.id
            where j.trade = any($1) and e.account = 'platform-fee'
            """);
        var left = await Sum(
            "select count(*) from balances where amount <> 0 and split_part(account, ':', 2) = any(select id::text from unnest($1) id)");
        return came == sent + fee && left == 0 && (toSeller, fee) == (isPaidOut ? (Amount - Fee, Fee) : (0, 0)) ? null
            : $"{came} arrived, {sent} went out, {toSeller} of it to the seller, fee {fee}, {left} accounts are not empty: "
                + string.Join(", ", steps);
    }

    private async Task Step(CancellationToken ct)
    {
        switch (random.Next(6))
        {
            case 0 when isHeld:
                await Hear(Verb.ReleaseDeposit);
                isHeld = false;
                break;
            case 1 or 2 when !isHeld:
                var reply = await till.Questions.Ask(Asks.Of(trade, ++revision, Verb.ConfirmDeposit), ct);
                isHeld = reply is Reply.Yes;
                steps.Add($"confirm {reply.GetType().Name}");
                break;
            default:
                await PayIn();
                break;
        }
    }

    private async Task Hear(Verb verb)
    {
        steps.Add(verb.Name);
        await till.Hear(Asks.Of(trade, ++revision, verb, amount: Amount, fee: Fee));
    }

    private async Task PayIn()
    {
        var reference = (await till.Payment(trade))!.Reference!;
        var written = random.Next(4) switch
        {
            0 => reference,
            1 => reference.ToLowerInvariant(),
            2 => $"김민지 {reference}",
            _ => $"{reference[..4]}-{reference[4..]} thank you",
        };
        var amount = random.Next(4) switch { 0 => Amount, 1 => Amount + random.Next(1, 50), _ => random.Next(1, (int)Amount) };
        var id = Ids.New();
        arrived.Add((id, amount));
        steps.Add($"transfer {amount}");
        // A bank that does not say where it came from leaves the account that the buyer gave.
        await till.PayIn(written, amount, id, random.Next(3) == 0 ? "" : $"payer of {id}");
    }

    private Task<long> Sum(string sql, Storage? storage = null) =>
        (storage ?? till.Storage).Find(
            new Sql(sql, new object?[] { Subjects }), row => row.GetInt64(0), TestContext.Current.CancellationToken);
}
