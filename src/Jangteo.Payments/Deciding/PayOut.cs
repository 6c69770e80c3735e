using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Providers;

namespace Jangteo.Payments.Deciding;

/// <summary>pay-out: what is held goes to the seller, less the fee.</summary>
internal static partial class Decide
{
    private static Decision? PayOut(Payment payment, Request request, DateTimeOffset now)
    {
        if (payment.Standing != Standing.Held || request.Fee < 0 || request.Fee > payment.Amount)
        {
            return null;
        }

        var toSeller = payment.Amount - request.Fee;
        var paid = payment with { Standing = Standing.PaidOut, Fee = request.Fee };
        ImmutableArray<Line> asked = (toSeller, request.Fee) switch
        {
            (_, 0) => [new Line(Account.Escrow, payment.Trade, -payment.Amount), new Line(Account.SellerPayable, payment.Seller, toSeller)],
            (0, _) => [new Line(Account.Escrow, payment.Trade, -payment.Amount), new Line(Account.PlatformFee, default, request.Fee)],
            _ => [new Line(Account.Escrow, payment.Trade, -payment.Amount), new Line(Account.SellerPayable, payment.Seller, toSeller), new Line(Account.PlatformFee, default, request.Fee)],
        };
        return toSeller == 0
            ? Decision.Answered(paid, Yes(request, Verb.PayOut.Yes, 0, now)) with { Postings = [new Posting(Posting.PayOutAsked, asked)] }
            : Decision.Of(paid.With(new Attempt(request.Revision, request.Verb, Came.Open, Verb.PayOut.Yes, null, toSeller, now))) with
            {
                Postings = [new Posting(Posting.PayOutAsked, asked), PayOutSent(payment, toSeller)],
                Errands = [new Errand(request.Key, payment.Trade, request.Revision, request.Verb, What.PayOut, toSeller, Account: $"person:{payment.Seller}")],
            };
    }

    /// <summary>An operator sends again what the bank has refused.</summary>
    public static Posting PayOutSent(Payment payment, long amount) =>
        Posting.Move(Posting.PayOutSent, Account.SellerPayable, payment.Seller, Account.PayOutInTransit, payment.Trade, amount);

    /// <summary>A pay-out that the bank refuses is owed again, and waits for an operator.</summary>
    private static Decision PayOutDone(Payment payment, Errand errand, Says says, DateTimeOffset now)
    {
        if (payment.Find(errand.Revision, errand.Verb) is not { Came: Came.Open } attempt)
        {
            return Decision.Of(payment);
        }

        return says switch
        {
            Says.Done => Decision.Answered(payment, attempt with { Came = Came.Yes, At = now }) with
            {
                Postings = [Posting.Move(Posting.PayOutDone, Account.PayOutInTransit, payment.Trade, Account.SellerOutside, payment.Seller, attempt.Amount)],
            },
            Says.Refused or Says.Voided => Decision.Of(payment) with
            {
                Postings = [Posting.Move(Posting.PayOutFailed, Account.PayOutInTransit, payment.Trade, Account.SellerPayable, payment.Seller, attempt.Amount)],
            },
            _ => Decision.Of(payment),
        };
    }
}
