using Jangteo.Contracts;
using Jangteo.Kinds;

namespace Jangteo.Payments.Deciding;

/// <summary>expect-deposit, confirm-deposit, release-deposit: the buyer pays by bank transfer, and the seller confirms that it has arrived.</summary>
internal static partial class Decide
{
    private static Decision? ExpectDeposit(Payment payment, Request request, DateTimeOffset now)
    {
        if (request.Revision <= payment.UndoneUpTo)
        {
            return Decision.Answered(payment, No(request, Refusals.TimedOut, now));
        }

        return payment.Standing != Standing.Nothing || !IsSound(request.Amount, request.Fee) ? null : Decision.Answered(
            payment with
            {
                Standing = Standing.Expected,
                Means = Means.Deposit,
                Since = request.Revision,
                ConfirmedBy = 0,
                Amount = request.Amount,
                Fee = request.Fee,
                Seen = 0,
                Reference = payment.Reference ?? Reference.Of(payment.Trade),
                RefundAccount = request.RefundAccount ?? payment.RefundAccount,
            },
            Yes(request, Verb.ExpectDeposit.Yes, 0, now));
    }

    private static Decision? ConfirmDeposit(Payment payment, Request request, DateTimeOffset now)
    {
        if (request.Revision <= payment.ReleasedUpTo || request.Revision <= payment.UndoneUpTo)
        {
            return Decision.Answered(payment, No(request, Refusals.TimedOut, now));
        }

        if (payment.Standing != Standing.Expected)
        {
            return null;
        }

        return payment.Seen < payment.Amount
            ? Decision.Answered(payment, No(request, Refusals.DepositMissing, now))
            : Decision.Answered(payment with { Standing = Standing.Held, ConfirmedBy = request.Revision, Seen = 0 }, Yes(request, Verb.ConfirmDeposit.Yes, payment.Amount, now)) with
            {
                Postings = [Posting.Move(Posting.DepositConfirmed, Account.BankSuspense, payment.Trade, Account.Escrow, payment.Trade, payment.Amount)],
            };
    }

    /// <summary>Undoes a confirmation: the deposit is expected again, and has been seen.</summary>
    private static Decision ReleaseDeposit(Payment payment, Request request, DateTimeOffset now)
    {
        var marked = payment with { ReleasedUpTo = Math.Max(payment.ReleasedUpTo, request.Revision) };
        return payment is not { Standing: Standing.Held, Means: Means.Deposit } || payment.ConfirmedBy > request.Revision
            ? Decision.Answered(marked, Yes(request, Verb.ReleaseDeposit.Yes, 0, now))
            : Decision.Answered(marked with { Standing = Standing.Expected, ConfirmedBy = 0, Seen = payment.Amount }, Yes(request, Verb.ReleaseDeposit.Yes, payment.Amount, now)) with
            {
                Postings = [Posting.Move(Posting.DepositReleased, Account.Escrow, payment.Trade, Account.BankSuspense, payment.Trade, payment.Amount)],
            };
    }
}
