using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Providers;

namespace Jangteo.Payments.Deciding;

/// <summary>refund: what is held, expected or about to be charged from attempts up to its revision goes back to the buyer.</summary>
internal static partial class Decide
{
    private static Decision? Refund(Payment payment, Request request, DateTimeOffset now)
    {
        if (payment.Standing == Standing.PaidOut)
        {
            return null;
        }

        var marked = payment with { UndoneUpTo = Math.Max(payment.UndoneUpTo, request.Revision) };
        if (payment.Standing == Standing.Nothing)
        {
            return RefundOfNothing(marked, request, now);
        }

        // A later attempt is not undone by an earlier wish.
        if (payment.Since > request.Revision)
        {
            return Decision.Answered(marked, Yes(request, Verb.Refund.Yes, 0, now));
        }

        var empty = marked with { Standing = Standing.Nothing, Since = 0, ConfirmedBy = 0, Seen = 0 };
        var (from, amount) = payment.Standing == Standing.Held ? (Account.Escrow, payment.Amount) : (Account.BankSuspense, payment.Seen);
        if (amount == 0)
        {
            return Decision.Answered(empty, Yes(request, Verb.Refund.Yes, 0, now));
        }

        var errand = payment.Means == Means.Card
            ? new Errand(request.Key, payment.Trade, request.Revision, request.Verb, What.RefundCharge, amount, ChargeKey: payment.KeyOf(payment.Since, Verb.HoldPayment.Name))
            : new Errand(request.Key, payment.Trade, request.Revision, request.Verb, What.SendBack, amount, Account: payment.RefundAccount);
        return Decision.Of(empty.With(new Attempt(request.Revision, request.Verb, Came.Open, Verb.Refund.Yes, null, amount, now))) with
        {
            Postings = [Posting.Move(Posting.RefundAsked, from, payment.Trade, Account.RefundInTransit, payment.Trade, amount)],
            Errands = [errand],
        };
    }

    /// <summary>Nothing is there to give back, but a card may be about to be charged by an earlier request: that is refused, and voided at the provider.</summary>
    private static Decision RefundOfNothing(Payment payment, Request request, DateTimeOffset now)
    {
        var decision = Decision.Answered(payment, Yes(request, Verb.Refund.Yes, 0, now));
        foreach (var attempt in payment.Attempts)
        {
            if (attempt.Came == Came.Open && attempt.Verb == Verb.HoldPayment.Name && attempt.Revision <= request.Revision)
            {
                var refused = attempt with { Came = Came.No, Event = Verb.HoldPayment.No[0], Code = Refusals.TimedOut, Amount = 0, At = now };
                decision = new Decision(
                    decision.Payment.With(refused), decision.Answers.Insert(0, refused.Answer(payment.Trade)), decision.Postings, decision.Errands.Add(VoidCharge(payment, attempt.Revision)));
            }
        }

        return decision;
    }

    /// <summary>A refund that the provider refuses stays in transit, for an operator to see to.</summary>
    private static Decision RefundDone(Payment payment, Errand errand, Says says, DateTimeOffset now) =>
        says == Says.Done && payment.Find(errand.Revision, errand.Verb) is { Came: Came.Open } attempt
            ? Decision.Answered(payment, attempt with { Came = Came.Yes, At = now }) with
            {
                Postings = [Posting.Move(Posting.RefundDone, Account.RefundInTransit, payment.Trade, Account.BuyerOutside, payment.Buyer, attempt.Amount)],
            }
            : Decision.Of(payment);
}
