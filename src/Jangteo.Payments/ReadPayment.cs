using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Sandbox;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments;

/// <summary>GET /api/payments/{trade}: the pay log of a trade with its ledger lines, to its buyer, its seller and operators; nobody else learns that it exists.</summary>
internal static class ReadPayment
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/payments/{trade:guid}", Handle).WithName("readPayment").WithTags("payments").WithSummary("Where the money of a trade is, and every step it took.");

    private static async Task<Ok<PaymentView>> Handle(
        Guid trade, HttpContext http, [FromKeyedServices(Modules.Payments)] Storage storage, Settings settings, CancellationToken ct)
    {
        var caller = Caller.Required(http);
        var payment = await Booking.Find(storage, trade, ct);
        if (payment is null || (!caller.IsOperator && caller.Id != payment.Buyer && caller.Id != payment.Seller))
        {
            throw new RefusedException(new Refusal(Refusals.NotFound));
        }

        var journals = await Journals.OfTrade(storage, trade, ct);
        var transfers = payment.Reference is null ? [] : await Deposits.OfTrade(storage, trade, ct);
        var isSeller = !caller.IsOperator && caller.Id == payment.Seller;
        var view = PaymentView.Of(payment, journals, transfers, isSeller);
        return TypedResults.Ok(isSeller ? view : view with
        {
            Account = view.Reference is null ? null : AccountOf(settings),
            RefundAccount = payment.RefundAccount,
            RefundRefused = await IsRefundRefused(storage, trade, ct),
        });
    }

    private static string AccountOf(Settings settings) =>
        settings.Payments.BankAccount.Length == 0 && settings.Sandbox ? SandboxBank.Account : settings.Payments.BankAccount;

    private static Task<bool> IsRefundRefused(Storage storage, Guid trade, CancellationToken ct) => storage.Find(
        new Sql(
            """
            select true from errands
            where what = $2 and problem in ('refused', 'voided') and (subject = $1 or subject in (select id from deposits where trade = $1))
            limit 1
            """,
            trade, Words.Of(What.SendBack)),
        reader => reader.GetBoolean(0), ct);
}

/// <summary>The payment of a trade. Amounts are in minor units of <paramref name="Currency"/>.</summary>
/// <param name="State">nothing, expected, held, refunding, refunded, paying-out or paid-out.</param>
/// <param name="Means">none, card or deposit.</param>
/// <param name="Reference">What the buyer writes on the transfer; shown to the buyer and to operators.</param>
/// <param name="Account">Where the buyer transfers to: bank, number and holder. Shown to the buyer and to operators.</param>
/// <param name="Expected">What the transfer is to pay, as long as it is not confirmed.</param>
/// <param name="Seen">As much of it as the bank has seen.</param>
/// <param name="Short">As much of it as is still missing.</param>
/// <param name="Arrived">
/// All that the bank has seen for this trade: what is seen, held, paid out with its fee, refunding and refunded, and what is over.
/// </param>
/// <param name="Over">
/// The part of <paramref name="Arrived"/> that was never due, or due no longer. It goes back by itself, and is no part of what is refunded.
/// </param>
/// <param name="SentBack">The part of <paramref name="Over"/> that is back where it came from.</param>
/// <param name="Refunded">What was due, had counted, and was given back to the buyer; no part of <paramref name="SentBack"/>.</param>
/// <param name="Transfers">In the order of their arrival.</param>
/// <param name="RefundAccount">Where a refund of transfers goes; shown to the buyer and to operators.</param>
/// <param name="RefundRefused">The bank refuses to send money back to that account, and the buyer has to give another one.</param>
/// <param name="Log">From the first step to the last.</param>
internal sealed record PaymentView(
    Guid Trade, string State, string Means, string? Reference, string? Account, string Currency, long Amount, long Fee, long Held, long Expected, long Seen,
    long Short,
    long Refunding, long Refunded, long PayingOut, long PaidOut, long Arrived, long Over, long SentBack, string? RefundAccount,
    bool RefundRefused,
    IReadOnlyList<TransferView> Transfers, IReadOnlyList<PayLogLine> Log)
{
    public static PaymentView Of(Payment payment, IReadOnlyList<Journals.Row> journals, IReadOnlyList<Deposit> transfers, bool isSeller)
    {
        var refunding = Sum(payment, Verb.Refund, Came.Open);
        var refunded = Sum(payment, Verb.Refund, Came.Yes);
        var payingOut = Sum(payment, Verb.PayOut, Came.Open);
        var refused = payment.Attempts.Where(attempt => attempt.Came == Came.No).Select(attempt => new PayLogLine(attempt.At, attempt.Event, 0, attempt.Code, []));
        return new PaymentView(
            payment.Trade,
            payment.Standing switch
            {
                Standing.Nothing when refunding > 0 => "refunding",
                Standing.Nothing when refunded > 0 => "refunded",
                Standing.PaidOut when payingOut > 0 => "paying-out",
                _ => Words.Of(payment.Standing),
            },
            Words.Of(payment.Means), isSeller ? null : payment.Reference, null, payment.Currency, payment.Amount, payment.Fee,
            payment.Standing == Standing.Held ? payment.Amount : 0, payment.Standing == Standing.Expected ? payment.Amount : 0,
            payment.Seen, payment.Missing,
            refunding, refunded, payingOut, Sum(payment, Verb.PayOut, Came.Yes),
            transfers.Sum(transfer => transfer.Amount), transfers.Sum(transfer => transfer.Rest),
            transfers.Where(transfer => transfer.State is DepositState.SentBack or DepositState.Matched).Sum(transfer => transfer.Rest),
            null, false,
            [.. transfers.Select(transfer => TransferView.Of(transfer, showAccount: !isSeller))],
            [.. journals.Select(journal => new PayLogLine(journal.At, journal.Event, journal.Amount, null, journal.Entries)).Concat(refused).OrderBy(line => line.At)]);
    }

    private static long Sum(Payment payment, Verb verb, Came came) =>
        payment.Attempts.Where(attempt => attempt.Verb == verb.Name && attempt.Came == came).Sum(attempt => attempt.Amount);
}

/// <summary>A transfer that named the trade, or that an operator found to be for it.</summary>
/// <param name="Counted">The part that pays for the trade, in minor units; the rest was not due, and goes back.</param>
/// <param name="State">
/// matched: it counts, and what was beyond is back. sending-back, sent-back, or waiting for an operator who finds out where to.
/// </param>
/// <param name="From">The account it came from; not shown to the seller.</param>
internal sealed record TransferView(Guid Id, DateTimeOffset At, long Amount, long Counted, string State, string? From)
{
    public static TransferView Of(Deposit transfer, bool showAccount) =>
        new(transfer.Id, transfer.At, transfer.Amount, transfer.Counted, Words.Of(transfer.State), showAccount ? transfer.From : null);
}

/// <summary>A step of the pay log.</summary>
/// <param name="Event">The ledger's event, or the answer that said no.</param>
/// <param name="Amount">What moved, in minor units.</param>
/// <param name="Code">Why not, for what was refused.</param>
/// <param name="Entries">The lines of the ledger; they add up to zero.</param>
internal sealed record PayLogLine(DateTimeOffset At, string Event, long Amount, string? Code, IReadOnlyList<Entry> Entries);
